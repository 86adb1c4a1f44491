import { describe, expect, it } from "vitest";

import { bornSaid, count, metres, moment, scaleBar, span, squareMetres, stopwatch, wind } from "./format";

const minute = 60_000;

it.each([
  ["thousands take a comma", count(66_004), "66,004"],
  ["metres below a kilometre", metres(62.4), "62 m"],
  ["a kilometre and more", metres(1234), "1.2 km"],
  ["just below ten", metres(9940), "9.9 km"],
  ["ten and more are whole", metres(12_345), "12 km"],
  ["no 1000 m", metres(996), "1.0 km"],
  ["small areas", squareMetres(840), "840 m²"],
  ["blocks", squareMetres(12_000), "1.2 ha"],
  ["towns", squareMetres(5_980_000), "5.98 km²"],
  ["a span in hours and minutes", span(18 * minute), "0:18"],
  ["a long span", span(26 * 60 * minute + 5 * minute), "26:05"],
  ["no span is below nothing", span(-5), "0:00"],
  ["since an alarm, minutes and seconds", stopwatch(4 * minute + 12_000), "04:12"],
  ["after an hour, hours and minutes", stopwatch(64 * minute), "1:04"],
])("%s", (_, written, expected) => {
  expect(written).toBe(expected);
});

describe("moment", () => {
  const now = new Date(2026, 10, 23, 21, 6).getTime();
  it.each([
    ["today without a date", new Date(2026, 10, 23, 8, 5), "08:05"],
    ["this year without the year", new Date(2026, 10, 8, 8, 5), "11-08 08:05"],
    ["before with the year", new Date(2024, 10, 8), "2024-11-08"],
  ])("%s", (_, at, written) => {
    expect(moment(at.getTime(), now)).toBe(written);
  });
});

it("names the nearest wind, and north on both its sides", () => {
  expect([0, 44, 46, 90, 359, -90, 720].map(wind)).toEqual([0, 1, 1, 2, 0, 6, 0]);
});

it.each([[0.3, 100, 20], [2.4, 140, 200], [1000, 140, 100_000]])("the bar at %d m a pixel is round and fits into %d px", (perPixel, room, length) => {
  const bar = scaleBar(perPixel, room);
  expect(bar.metres).toBe(length);
  expect(bar.pixels).toBeLessThanOrEqual(room);
});

it.each([
  ["the day before a birthday", "1950-11-24", "person.born", 75],
  ["the birthday", "1950-11-23", "person.born", 76],
  ["any day of a year of which only the year is shown", "1950", "person.bornAbout", 76],
])("says how old somebody is on %s", (_, born, key, n) => {
  expect(bornSaid(born, new Date(2026, 10, 23, 12).getTime())).toEqual([key, { born: "1950", n }]);
});
