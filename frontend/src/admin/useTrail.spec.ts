import { effectScope } from "vue";
import { expect, test, vi } from "vitest";

import { Problem } from "../api/client";
import type { TrailRow } from "../api/trail";
import { everything, objectOf, partsOf, useTrail } from "./useTrail";

const rowsFrom = (first: number, n: number) => Array.from({ length: n }, (_, i) => ({ id: first - i }) as TrailRow);

const lacks = vi.fn();

function desk(answers: readonly number[]) {
  let turn = 0;
  const rows = vi.fn(async (_: unknown, before: number) => ({ items: rowsFrom(before ? before - 1 : 1000, answers[turn++] ?? 0), accounts: { 7: { login: "audit", name: "审计员" } } }));
  return { rows, desk: effectScope().run(() => useTrail({ rows }, lacks))! };
}

test("pages go back in time, until one is not full", async () => {
  const { rows, desk: trail } = desk([100, 20]);
  await trail.ask(everything);
  expect(trail.hasMore.value).toBe(true);
  await trail.more();
  expect([trail.rows.value.length, trail.rows.value.at(-1)?.id, trail.hasMore.value]).toEqual([120, 881, false]);
  expect(rows.mock.calls.map(([, before]) => before)).toEqual([0, 901]);
});

test("another question begins with the newest again, and keeps whom it learned", async () => {
  const { desk: trail } = desk([100, 100, 3]);
  await trail.ask(everything);
  await trail.more();
  await trail.ask({ ...everything, action: "people." });
  expect([trail.rows.value.length, trail.query.value.action, trail.accounts.get("7")?.login]).toEqual([3, "people.", "audit"]);
});

test("who audits a part is shown no audit at all", async () => {
  const rows = () => Promise.reject(new Problem(404, "", ""));
  await effectScope().run(() => useTrail({ rows }, lacks))!.ask(everything);
  expect(lacks).toHaveBeenCalledOnce();
});

test.each([
  ["people.unmask", { kind: "people", verb: "unmask" }], ["accounts.set-up", { kind: "accounts", verb: "set-up" }], ["odd", { kind: "odd", verb: "" }], ["", { kind: "", verb: "" }],
])("the action %s has two parts", (action, parts) => expect(partsOf(action)).toEqual(parts));

test.each([["people/17", { kind: "people", id: "17" }], ["", { kind: "", id: "" }], ["roles/grid-worker", { kind: "roles", id: "grid-worker" }]])("the object %s is a kind and an id", (object, parts) => expect(objectOf(object)).toEqual(parts));
