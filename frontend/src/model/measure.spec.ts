import { describe, expect, it } from "vitest";

import { meets, placeOn } from "./measure";

describe("placeOn", () => {
  const cases = [
    { name: "a point", geometry: { coordinates: [106, 29] }, want: [106, 29] },
    { name: "a line, halfway", geometry: { coordinates: [[106, 29], [107, 30], [108, 31]] }, want: [107, 30] },
    { name: "an area, at its border", geometry: { coordinates: [[[106, 29], [107, 29], [107, 30], [106, 29]]] }, want: [107, 30] },
    { name: "nothing", geometry: { coordinates: [] }, want: undefined },
  ];
  it.each(cases)("is on $name", ({ geometry, want }) => expect(placeOn(geometry)).toEqual(want));
});

describe("an envelope", () => {
  it.each([
    ["meets what lies in it", [106.2, 29.5, 106.3, 29.6], true],
    ["and what holds it", [105, 28, 108, 31], true],
    ["and what it touches", [106.5, 30, 107, 31], true],
    ["not what lies beside it", [106.6, 29.5, 106.7, 29.6], false],
    ["or above it", [106.2, 30.1, 106.3, 30.2], false],
  ] as const)("%s", (_, other, is) => expect([meets([106, 29, 106.5, 30], other), meets(other, [106, 29, 106.5, 30])]).toEqual([is, is]));
});
