import { expect, it } from "vitest";

import { backoff } from "./backoff";

it("doubles up to a ceiling, and spreads over the upper half", () => {
  expect([0, 1, 2, 10, 1000].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 20_000, 20_000]);
  expect(backoff(2, 0)).toBe(1000);
});
