import { describe, expect, it } from "vitest";

import { hashOf, readRoute, sectionsOf, whyOutside } from "./sections";

describe("an address of the page", () => {
  it.each([
    ["#accounts/17", { section: "accounts", key: "17" }],
    ["#roles", { section: "roles", key: "" }],
    ["", { section: undefined, key: "" }],
    ["#map=15/1/2", { section: undefined, key: "" }],
    ["#constructor", { section: undefined, key: "" }],
  ])("%s is read", (hash, route) => expect(readRoute(hash)).toEqual(route));

  it("is read as it was written", () => {
    expect([readRoute(hashOf("accounts", 17)), readRoute(hashOf("audit"))]).toEqual([{ section: "accounts", key: "17" }, { section: "audit", key: "" }]);
  });
});

describe("sections", () => {
  it.each([
    ["the system administrator", ["run-system"], ["accounts", "settings"]],
    ["the security administrator", ["manage-accounts", "manage-roles"], ["accounts", "roles"]],
    ["the audit administrator", ["read-audit"], ["audit"]],
    ["a secretary", ["see-people", "keep-people", "unmask", "appoint-stand-in", "export"], ["accounts", "file", "exports"]],
    ["a grid worker", ["see-people", "keep-people", "unmask"], ["file"]],
    ["a planner", ["see-numbers", "draw-divisions"], []],
  ])("of %s", (_, rights, shown) => expect(sectionsOf(rights)).toEqual(shown));
});

describe("nothing to see on the map", () => {
  it.each([
    ["without any post", [], [], "none"],
    ["with posts in divisions that were removed", [{ missing: true }, { missing: true }], [], "gone"],
    ["with posts for other work, one of them in no division", [{ missing: true }, {}], ["read-audit"], "other"],
    ["with posts elsewhere, one of them in no division", [{ missing: true }, { elsewhere: true }], [], "elsewhere"],
    ["with an administrator's post that awaits a second person", [{ awaits: true }], [], "awaits"],
    ["with a city's post for other work, on the server of a county", [{ elsewhere: true }], ["read-audit"], "other"],
  ] as const)("%s is said as such", (_, posts, rights, why) => expect(whyOutside(posts, rights)).toBe(why));
});
