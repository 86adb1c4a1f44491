import { describe, expect, it } from "vitest";

import { readAddress, writeAddress } from "./address";
import type { Address } from "./address";

const full: Address = {
  camera: { lon: 106.5, lat: 29.56, zoom: 15.25, bearing: -14, pitch: 48 }, theme: "people", hidden: ["cameras", "labels"],
  selection: { kind: "place", lon: 106.50123, lat: 29.56001 }, floor: 12,
};

describe("the page's address", () => {
  it.each<[string, Address]>([
    ["everything", full],
    ["an event", { theme: "map", hidden: [], selection: { kind: "event", id: 4503599627370497 } }],
    ["a division", { theme: "map", hidden: [], selection: { kind: "thing", of: "divisions", key: "500106001011", at: [106.5, 29.5] } }],
    ["a division without a place", { theme: "map", hidden: [], selection: { kind: "thing", of: "divisions", key: "500106108001" } }],
    ["a floor below the street", { theme: "map", hidden: [], floor: -2 }],
    ["a flat camera", { theme: "use", hidden: [], camera: { lon: 1, lat: 2, zoom: 3, bearing: 0, pitch: 0 } }],
    ["nothing", { theme: "map", hidden: [] }],
  ])("reads back %s", (_, address) => {
    expect(readAddress(writeAddress(address))).toEqual(address);
  });

  it.each([
    ["a zoom beyond the map", "#map=40/29/106"],
    ["a place off the earth", "#map=12/129/106"],
    ["words for numbers", "#map=a/b/c&at=x,y&event=zz&floor=up"],
    ["half a place", "#at=106.5"],
    ["an unknown theme and layer", "#t=war&hide=tanks"],
    ["broken escapes", "#map=%E0%A4%A"],
  ])("reads over %s", (_, hash) => {
    expect(readAddress(hash)).toEqual({ theme: "map", hidden: [] });
  });

  it("says nothing when all is as usual", () => {
    expect(writeAddress({ theme: "map", hidden: [] })).toBe("");
  });
});
