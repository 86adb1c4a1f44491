import { expect, it } from "vitest";

import { discSize, letterSize, ringOf, serviceMark, shapeOfTone } from "./mark";

it("tells urgency by shape, not by colour alone", () => {
  const shapes = (["red", "amber", "blue"] as const).map((tone) => shapeOfTone(tone).path);
  expect(new Set(shapes).size).toBe(3);
});

it("sets two letters smaller than one character", () => {
  const shape = shapeOfTone("blue");
  expect(letterSize(shape, "FI")).toBeLessThan(letterSize(shape, "火"));
});

it("divides a ring by state, from 12 o'clock: red, amber, green", () => {
  expect(ringOf(1, 1, 2)).toEqual([
    { tone: "red", from: 0, to: 0.25 }, { tone: "amber", from: 0.25, to: 0.5 }, { tone: "green", from: 0.5, to: 1 },
  ]);
  expect(ringOf(0, 0, 5)).toEqual([{ tone: "green", from: 0, to: 1 }]);
});

it("grows discs by count", () => {
  expect([9, 10, 19, 20].map(discSize)).toEqual([42, 48, 48, 54]);
});

it("has a character for every kind of service point", () => {
  expect(["clinic", "repair", "unknown"].map(serviceMark)).toEqual(["医", "修", "服"]);
});
