import { effectScope } from "vue";
import { expect, test, vi } from "vitest";

import { Problem } from "../api/wire";
import { useRoles } from "./useRoles";

const steward = { code: "steward", rights: [], personal: 0, needs_second: false };
const proposal = { id: 3, code: "steward", rights: [], personal: 0, by: 1, at: "" };

function desk() {
  const office = { roles: vi.fn(async () => ({ items: [steward], proposals: office.roles.mock.calls.length > 1 ? [] : [proposal], rights: [] })) };
  return { office, ...effectScope().run(() => useRoles(office))! };
}

test("what was accepted is no proposal any more", async () => {
  const { table, byCode, read, act } = desk();
  await read();
  expect([table.value.proposals.length, byCode.value.get("steward")]).toEqual([1, steward]);
  await act(async () => {});
  expect(table.value.proposals).toEqual([]);
});

test("the table is read anew after a refusal too, and the reason stays", async () => {
  const { table, read, act, deed } = desk();
  await read();
  expect(await act(() => Promise.reject(new Problem(404, "", "")))).toBeUndefined();
  expect([table.value.proposals.length, deed.refusal.value?.key]).toEqual([0, "gone"]);
});
