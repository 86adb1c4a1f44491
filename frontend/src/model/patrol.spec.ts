import { describe, expect, it } from "vitest";

import { applyPositions, isMoving, placeAt } from "./patrol";

const at = (lon: number, lat = 29.5) => [{ id: 1, lon, lat, name: "罗丹" }];

describe("a worker", () => {
  it("stands where first heard of", () => {
    const patrol = applyPositions(new Map(), at(106.5), 1000);
    expect(placeAt(patrol.get(1)!, 1000)).toEqual([106.5, 29.5]);
    expect(isMoving(patrol, 1000)).toBe(false);
  });

  it("walks from report to report in the time between them", () => {
    const patrol = applyPositions(applyPositions(new Map(), at(106.5), 1000), at(106.502), 3000);
    expect(placeAt(patrol.get(1)!, 3000)[0]).toBeCloseTo(106.5, 9);
    expect(placeAt(patrol.get(1)!, 4000)[0]).toBeCloseTo(106.501, 9);
    expect(placeAt(patrol.get(1)!, 9000)[0]).toBeCloseTo(106.502, 9);
  });

  it("turns round in mid-walk without a hop", () => {
    let patrol = applyPositions(applyPositions(new Map(), at(106.5), 0), at(106.502), 2000);
    patrol = applyPositions(patrol, at(106.5), 3000);
    expect(placeAt(patrol.get(1)!, 3000)[0]).toBeCloseTo(106.501, 9);
  });

  it("who is suddenly far away did not walk there", () => {
    const patrol = applyPositions(applyPositions(new Map(), at(106.5), 0), at(106.6), 2000);
    expect(placeAt(patrol.get(1)!, 2000)[0]).toBe(106.6);
  });

  it("leaves when gone, and keeps the name when a report lacks it", () => {
    const patrol = applyPositions(applyPositions(new Map(), at(106.5), 0), [{ id: 1, lon: 106.5, lat: 29.5 }], 10);
    expect(patrol.get(1)?.name).toBe("罗丹");
    expect(applyPositions(patrol, [{ id: 1, gone: true }], 20).size).toBe(0);
  });
});
