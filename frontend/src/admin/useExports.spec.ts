import { effectScope } from "vue";
import { expect, test, vi } from "vitest";

import type { FilingList } from "../api/exports";
import { Problem } from "../api/wire";
import { useExports } from "./useExports";

const order = { kind: "people", area: "500106001001", format: "csv", purpose: "visits" } as const;

function desk(over: Record<string, unknown> = {}) {
  const exports = { list: vi.fn(async (): Promise<FilingList> => ({ items: [], purposes: ["visits"] })), ask: vi.fn(async () => ({})), decide: vi.fn(async () => ({})), ...over };
  const lacks = vi.fn();
  return { exports, lacks, ...effectScope().run(() => useExports(exports as never, lacks))! };
}

test("what was asked for, and what was decided, is read anew", async () => {
  const { exports, ask, decide } = desk();
  expect(await ask(order)).toBe(true);
  await decide(3, "approve");
  expect([exports.ask.mock.calls, exports.decide.mock.calls, exports.list.mock.calls.length]).toEqual([[[order]], [[3, "approve"]], 2]);
});

test("what was refused was not taken down, and says why", async () => {
  const { ask, deed } = desk({ ask: () => Promise.reject(new Problem(422, "", "", ["body.note"])) });
  expect([await ask(order), deed.refusal.value?.fields]).toEqual([false, ["note"]]);
});

test("a server that gives no files out has no such section", async () => {
  const { read, lacks, state } = desk({ list: () => Promise.reject(new Problem(404, "", "")) });
  await read();
  expect([lacks.mock.calls.length, state.value]).toEqual([1, "ready"]);
});
