import { describe, expect, it } from "vitest";

import { clashOf } from "./standInClash";

const at = (hour: number): string => `2026-03-01T${String(hour).padStart(2, "0")}:00:00+08:00`;
const day = { id: 7, revision: 1, deputy: 3, begins: at(9), ends: at(18) };

describe("who stands in already", () => {
  it.each([
    ["within the time", at(10), at(11), 7],
    ["at its beginning", at(17), at(20), 7],
    ["at its end", at(7), at(10), 7],
    ["all of it", at(7), at(20), 7],
    ["nobody, until the other begins", at(7), at(9), undefined],
    ["nobody, once the other has ended", at(18), at(20), undefined],
    ["nobody, while the end is not known", at(10), undefined, undefined],
  ])("%s", (_, begins, ends, want) => expect(clashOf([day], begins, ends)?.id).toBe(want));
});
