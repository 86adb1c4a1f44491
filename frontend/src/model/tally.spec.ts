import { expect, it } from "vitest";

import { countedAt, figure } from "./tally";

const live = { people: 1204, buildings: 12 };
const coarse = { people: 1205, buildings: 12, step: 5, counted_at: 1_795_000_000 };

it.each([
  ["a live number", live, "people", "1,204"],
  ["one in steps", coarse, "people", "≈ 1,205"],
  ["a public one beside it", coarse, "buildings", "12"],
  ["one that is not to be known", coarse, "living", "–"],
])("%s is written as what it is", (_, counters, name, written) => expect(figure(counters, name)).toBe(written));

it("says when steps were counted, and of live numbers no moment", () => {
  expect([countedAt(coarse), countedAt(live)]).toEqual([1_795_000_000_000, 0]);
});
