import { describe, expect, it } from "vitest";

import type { HeldPost, Session } from "../api/types";
import { listsOf, toldNumbers, toldOf } from "./told";

const who = (...posts: (string | HeldPost)[]) => ({ posts: posts.map((post) => (typeof post === "string" ? { role: "grid-worker", area: post } : post)) }) as unknown as Session;
const sees = ["see-numbers", "see-homes"];

describe("where homes and people are counted", () => {
  it.each([
    ["for whoever is at the machine, everywhere", "all", undefined, "", "all"],
    ["for nobody knows whom, is not said", undefined, undefined, "", undefined],
    ["for a grid worker, in the grid", sees, who("500106003001001"), "", "own"],
    ["for a town's desk, in the town", sees, who("500106003"), "", "own"],
    ["for a town's desk on the server of that town, everywhere", sees, who("500106003"), "500106003", "all"],
    ["for a town's desk on the server of its county, in the town", sees, who("500106003"), "500106", "own"],
    ["for a post of the whole city, everywhere", sees, who("5000"), "", "all"],
    ["for two posts of which one is of the city: nothing says which shows homes", sees, who("5000", "500106003"), "", "own"],
    ["a post whose division was removed counts for nothing", sees, who({ role: "operator", area: "5000", missing: true }), "", "own"],
    ["for a county, which knows no single homes, nowhere", ["see-numbers", "see-events"], who("500106"), "", "none"],
  ] as const)("%s", (_, rights, viewer, held, told) => {
    expect(toldOf(rights, viewer, held)).toBe(told);
  });

  it("leaves a number out that would be 0 whatever is there", () => {
    const counters = { buildings: 3, dwellings: 0, people: 0, events: 0 };
    expect(toldNumbers(counters, "none")).toEqual({ buildings: 3, events: 0 });
    expect(toldNumbers(counters, "own")).toEqual(counters);
  });

  it.each([
    ["whoever knows homes and people", ["see-homes", "see-people"], ["buildings", "dwellings", "people"]],
    ["whoever is at the machine", "all", ["buildings", "dwellings", "people"]],
    ["whoever knows homes alone", ["see-homes"], ["buildings", "dwellings"]],
    ["a county, which knows neither", ["see-numbers"], ["buildings"]],
    ["nobody yet", undefined, ["buildings"]],
  ] as const)("lists for %s what there is", (_, rights, lists) => {
    expect(listsOf(rights)).toEqual(lists);
  });
});
