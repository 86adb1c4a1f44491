import { expect, test } from "vitest";

import { readField, stamp, stepField, toField, toMoment, writeField } from "./localTime";

test("a field that is written and read is the same minute", () => {
  const at = new Date(2026, 2, 1, 9, 5).getTime();
  expect(toField(at)).toBe("2026-03-01T09:05");
  expect(Date.parse(toMoment(toField(at))!)).toBe(at);
});

test("an empty field is no moment", () => expect(toMoment("")).toBeUndefined());

test("a stamp says day and minute", () => expect(stamp(new Date(2026, 10, 27, 21, 6).toISOString())).toBe("2026-11-27 21:06"));

test.each([
  ["", ""], ["  ", ""],
  ["2026-11-27 09:05", "2026-11-27T09:05"], ["2026-11-27T09:05", "2026-11-27T09:05"], ["2026-11-27", "2026-11-27T00:00"],
  ["2026/1/5 9:05", "2026-01-05T09:05"], ["2026.1.5", "2026-01-05T00:00"], ["20260105", "2026-01-05T00:00"], ["202601050905", "2026-01-05T09:05"],
  ["2026年1月5日 9时05分", "2026-01-05T09:05"], ["２０２６-０１-０５　９：０５", "2026-01-05T09:05"],
  ["11/27/2026", undefined], ["27.11.2026", undefined], ["2026-02-29", undefined], ["2024-02-29", "2024-02-29T00:00"], ["2026-13-01", undefined],
  ["2026-11-27 24:00", undefined], ["2026-11-27 09:60", undefined], ["2026-11", undefined], ["26-11-27", undefined], ["1799-12-31", undefined], ["soon", undefined],
])("%j, a minute, is read as %j", (text, field) => expect(readField(text, "minute")).toBe(field));

test.each([["1943-12-17", "1943-12-17"], ["1940-6-1", "1940-06-01"], ["1890-1-1", "1890-01-01"], ["1943-12-17 09:00", undefined], ["1950", undefined]])("%j, a day, is read as %j", (text, field) => {
  expect(readField(text, "day")).toBe(field);
});

test("what is written is read again", () => {
  expect(writeField("2026-11-27T09:05")).toBe("2026-11-27 09:05");
  expect(readField(writeField("2026-11-27T09:05"), "minute")).toBe("2026-11-27T09:05");
});

test.each([
  ["the year", "2024-02-29 09:05", 2, 1, "2025-02-28 09:05"],
  ["the month", "2026-01-31 09:05", 6, 1, "2026-02-28 09:05"],
  ["the month past the year", "2026-01-31 09:05", 6, -1, "2025-12-31 09:05"],
  ["the day past the month", "2026-02-28 09:05", 10, 1, "2026-03-01 09:05"],
  ["the hour past the day", "2026-03-01 23:05", 12, 1, "2026-03-02 00:05"],
  ["the minute past the hour", "2026-03-01 09:00", 16, -1, "2026-03-01 08:59"],
  ["the day of what is written otherwise", "2026/3/1", 8, 1, "2026-03-02 00:00"],
  ["nothing of what is no time", "2026-3", 6, 1, undefined],
] as const)("↑ and ↓ move %s", (_, text, caret, by, moved) => expect(stepField(text, caret, by, "minute")).toBe(moved));

test("a day has no hours to move", () => expect(stepField("1943-12-31", 10, 1, "day")).toBe("1944-01-01"));
