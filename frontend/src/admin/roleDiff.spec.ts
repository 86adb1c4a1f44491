import { describe, expect, it } from "vitest";

import type { Role } from "../api/office";
import { byRank, changesNothing, diffOf, faultOf, groupOf } from "./roleDiff";

const steward: Role = { code: "steward", rights: ["see-homes", "see-people"], personal: 5, needs_second: false };

describe("what a proposal changes", () => {
  it("is what is added and what is taken", () => {
    expect(diffOf(steward, { rights: ["see-people", "unmask"], personal: 5 })).toEqual({ added: ["unmask"], taken: ["see-homes"], personal: undefined, isNew: false });
  });

  it("may be the level alone", () => {
    const diff = diffOf(steward, { rights: steward.rights, personal: 4 });
    expect([diff.personal, changesNothing(diff)]).toEqual([{ before: 5, after: 4 }, false]);
  });

  it("is nothing if all is as it is, in whatever order", () => {
    expect(changesNothing(diffOf(steward, { rights: ["see-people", "see-homes"], personal: 5 }))).toBe(true);
  });

  it("is all of a role that there is not yet, also of one without rights", () => {
    expect(diffOf(undefined, { rights: ["see-events"], personal: 0 })).toMatchObject({ added: ["see-events"], isNew: true });
    expect(changesNothing(diffOf(undefined, { rights: [], personal: 0 }))).toBe(false);
  });
});

describe("a role may not be", () => {
  it.each([
    ["two administrators at once", ["run-system", "read-audit"], 0, "mixed"],
    ["an administrator who sees people", ["manage-accounts", "see-people"], 5, "mixed"],
    ["one that shows people and does not say up to which level", ["see-people"], 0, "level"],
  ] as const)("%s", (_, rights, personal, fault) => expect(faultOf({ rights, personal })).toBe(fault));

  it.each([
    ["the security administrator's two rights", ["manage-accounts", "manage-roles"], 0],
    ["one that shows people in a grid", ["see-people"], 5],
    ["one that shows numbers only", ["see-numbers"], 0],
    ["one without rights", [], 0],
  ] as const)("but it may be %s", (_, rights, personal) => expect(faultOf({ rights, personal })).toBeUndefined());
});

it("rights that are not known yet are read with those of deeds", () => {
  expect(["see-care", "unmask", "read-audit", "fly"].map(groupOf)).toEqual(["see", "do", "administer", "do"]);
});

it("roles go from the street to the city, and own ones come last", () => {
  const codes = ["x-ray", "audit-admin", "grid-worker", "alien", "operator"].map((code) => ({ code }));
  expect(byRank(codes).map(({ code }) => code)).toEqual(["grid-worker", "operator", "audit-admin", "alien", "x-ray"]);
});
