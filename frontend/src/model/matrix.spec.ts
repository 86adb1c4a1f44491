import { expect, it } from "vitest";

import { matrixOf, statesOf } from "./matrix";

const home = (id: number, unit: number, room: string, state = "own") => ({ id, unit, room, state, people: 2 });

it("lines floors up from the top, units side by side, rooms in order, gaps kept", () => {
  const matrix = matrixOf([
    { floor: -1, homes: [home(5, 2, "-101")] },
    { floor: 1, homes: [home(2, 1, "1-10"), home(1, 1, "1-2"), home(3, 2, "1-1")] },
    { floor: 2, homes: [home(4, 1, "2-2")] },
  ]);
  expect(matrix.units).toEqual([{ unit: 1, width: 2 }, { unit: 2, width: 1 }]);
  expect(matrix.rows.map(({ floor, cells }) => [floor, ...cells.map((cell) => cell?.id)])).toEqual([
    [2, 4, undefined, undefined], [1, 1, 2, 3], [-1, undefined, undefined, 5],
  ]);
});

it("a building without homes is an empty table", () => {
  expect(matrixOf([])).toEqual({ units: [], rows: [] });
});

it("counts homes by state", () => {
  expect([...statesOf([{ floor: 1, homes: [home(1, 1, "1"), home(2, 1, "2", "vacant"), home(3, 1, "3")] }])]).toEqual([["own", 2], ["vacant", 1]]);
});
