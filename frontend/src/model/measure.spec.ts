import { describe, expect, it } from "vitest";

import { placeOn } from "./measure";

describe("placeOn", () => {
  const cases = [
    { name: "a point", geometry: { coordinates: [106, 29] }, want: [106, 29] },
    { name: "a line, halfway", geometry: { coordinates: [[106, 29], [107, 30], [108, 31]] }, want: [107, 30] },
    { name: "an area, at its border", geometry: { coordinates: [[[106, 29], [107, 29], [107, 30], [106, 29]]] }, want: [107, 30] },
    { name: "nothing", geometry: { coordinates: [] }, want: undefined },
  ];
  it.each(cases)("is on $name", ({ geometry, want }) => expect(placeOn(geometry)).toEqual(want));
});
