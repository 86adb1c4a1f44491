import { describe, expect, it } from "vitest";

import { onlyReads, scopeOf } from "./tokenScope";

const all = ["see-events", "report-events", "handle-events"];

describe("what a token is to give", () => {
  it.each([
    ["all, wherever", scopeOf("all", all, [], []), {}],
    ["all, in a grid", scopeOf("all", all, ["see-events"], ["500106001"]), { areas: ["500106001"] }],
    ["what only reads", scopeOf("read", all, [], []), { rights: ["see-events"] }],
    ["what is ticked, in its order", scopeOf("some", all, ["report-events", "see-events"], []), { rights: ["see-events", "report-events"] }],
    ["nothing that the account has not", scopeOf("some", all, ["see-people"], []), undefined],
    ["nothing, which is not everything", scopeOf("some", all, [], ["500106001"]), undefined],
    ["reading, of an account that reads nothing", scopeOf("read", ["report-events"], [], []), undefined],
  ])("%s", (_, got, want) => expect(got).toEqual(want));
});

describe("whether a token only reads", () => {
  it.each([
    ["one of all rights", undefined, false],
    ["one that sees", ["see-events", "see-numbers"], true],
    ["one that reports too", ["see-events", "report-events"], false],
  ])("%s", (_, rights, want) => expect(onlyReads(rights)).toBe(want));
});
