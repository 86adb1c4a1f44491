import { describe, expect, it } from "vitest";

import type { Place } from "../api/types";
import { distance, inside, moved, offset } from "./measure";
import { bearingOn, blocksOf, homesOf, slicesOf } from "./stack";

const corner: Place = [106.5, 29.5];
/** 40 m from west to east, 12 m deep. */
const footprint = [[corner, moved(corner, 40, 0), moved(corner, 40, 12), moved(corner, 0, 12), corner]] as const;
const homes = [1, 2, 3].map((floor) => ({ id: floor, floor, state: floor === 2 ? "vacant" : "own", rings: footprint }));
const drawer = { footprint, homes, floors: [3, 2, 1], chosen: undefined as number | undefined, alarmed: new Set<number>() };

describe("the opened building", () => {
  it("lays a slab and the homes of each floor from below, empty homes lower", () => {
    const parts = blocksOf(drawer).map(({ properties: { part, floor, base, top } }) => [part, floor, +base.toFixed(1), +top.toFixed(1)]);
    expect(parts).toEqual([
      ["slab", 1, 0, 0.5], ["home", 1, 0.5, 3.3], ["slab", 2, 4.1, 4.6], ["home", 2, 4.6, 6.3], ["slab", 3, 8.2, 8.7], ["home", 3, 8.7, 11.5],
    ]);
  });

  it("draws the chosen floor out by 15 m and lifts those above by 5 m", () => {
    const blocks = blocksOf({ ...drawer, chosen: 2 });
    const slab = blocks.find(({ properties }) => properties.part === "chosen-slab")!;
    const home = blocks.find(({ properties }) => properties.home === 2)!;
    expect(slab.properties.floor).toBe(2);
    expect(slab.properties.base).toBeCloseTo(4.1, 6);
    expect(distance(home.geometry.coordinates[0]![0] as unknown as Place, corner)).toBeCloseTo(15, 1);
    expect(blocks.find(({ properties }) => properties.home === 3)!.properties.base).toBeCloseTo(13.7, 6);
    expect(blocks.find(({ properties }) => properties.home === 1)!.properties.base).toBeCloseTo(0.5, 6);
  });

  it("colours a home with an open event", () => {
    const tones = blocksOf({ ...drawer, alarmed: new Set([3]) }).filter(({ properties }) => properties.part === "home").map(({ properties }) => properties.tone);
    expect(tones).toEqual(["own", "vacant", "event"]);
  });

  it("is looked at 24° off its long façade", () => {
    expect(bearingOn(footprint)).toBeCloseTo(24, 0);
  });
});

describe("homes cut from a footprint", () => {
  it("stand side by side along the long façade and nowhere else", () => {
    const slices = slicesOf(footprint, 4);
    const wests = slices.map((rings) => Math.min(...rings[0]!.map((place) => offset(corner, place)[0])));
    expect(wests.map(Math.round)).toEqual([0, 10, 20, 30]);
  });

  it.each([
    ["drawn from the west", [[0, 0], [40, 0], [40, 12], [0, 12]]],
    ["drawn from the east", [[40, 12], [0, 12], [0, 0], [40, 0]]],
    ["drawn against the clock from the north", [[0, 12], [0, 0], [40, 0], [40, 12]]],
    ["with a longest wall that runs across", [[0, 0], [13, 0], [13, -8], [27, -8], [27, 0], [40, 0], [40, 6], [27, 6], [27, 12], [13, 12], [13, 6], [0, 6]]],
  ])("go from left to right for whoever looks at the house, %s", (_, metres) => {
    const places = metres.map(([east, north]) => moved(corner, east!, north!));
    const house = [[...places, places[0]!]];
    const floors = [{ floor: 1, homes: [1, 2, 3, 4].map((id) => ({ id, unit: id < 3 ? 1 : 2, room: `1-${id}`, state: "own", people: 1 })) }];
    const seen = (bearingOn(house) * Math.PI) / 180;
    const right = homesOf(floors, house).map(({ rings }) => {
      const offsets = rings[0]!.map((place) => offset(corner, place));
      return Math.min(...offsets.map(([east, north]) => east * Math.cos(seen) - north * Math.sin(seen)));
    });
    expect(right).toEqual(right.toSorted((a, b) => a - b));
    expect(right).toHaveLength(4);
  });

  it("there are none of a footprint without corners", () => {
    expect(slicesOf([[]], 4)).toEqual([]);
  });
});

it("finds a place inside a house with a yard", () => {
  const yard: Place[] = [[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3], [0, 0]];
  const [lon, lat] = inside(yard)!;
  expect(lat).toBeCloseTo(1.5, 2);
  expect(lon < 1 || lon > 2).toBe(true);
});
