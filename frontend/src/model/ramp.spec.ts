import { expect, it } from "vitest";

import { households, stepOf } from "./ramp";

it.each([[0, 0], [199, 0], [200, 1], [299, 1], [300, 2], [499, 3], [500, 4], [9000, 4]])("%d households are step %d", (n, step) => {
  expect(stepOf(n, households.limits)).toBe(step);
});
