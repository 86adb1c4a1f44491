import { expect, test } from "vitest";

import { stamp, toField, toMoment } from "./localTime";

test("a field that is written and read is the same minute", () => {
  const at = new Date(2026, 2, 1, 9, 5).getTime();
  expect(toField(at)).toBe("2026-03-01T09:05");
  expect(Date.parse(toMoment(toField(at))!)).toBe(at);
});

test("an empty field is no moment", () => expect(toMoment("")).toBeUndefined());

test("a stamp says day and minute", () => expect(stamp(new Date(2026, 10, 27, 21, 6).toISOString())).toBe("2026-11-27 21:06"));
