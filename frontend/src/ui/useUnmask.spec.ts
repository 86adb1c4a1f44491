import { effectScope } from "vue";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Client, Problem } from "../api/client";
import { useUnmask } from "./useUnmask";

const record = { id: 7, name: "欧阳小明", shown: "open", may_unmask: true } as const;

beforeEach(() => vi.useFakeTimers({ now: Date.parse("2026-03-01T08:00:00Z") }));
afterEach(() => vi.useRealTimers());

function desk(answer: () => Promise<unknown>) {
  const client = new Client();
  client.unmask = vi.fn(answer) as never;
  const scope = effectScope();
  return { client, scope, ...scope.run(() => useUnmask(client, 7))! };
}

test("a record is open until the server's moment, and gone after it", async () => {
  const { open, ask, client } = desk(async () => ({ record, until: "2026-03-01T08:15:00Z" }));
  await ask({ reason: "visit" });
  expect(client.unmask).toHaveBeenCalledWith(7, { reason: "visit" });
  vi.advanceTimersByTime(15 * 60_000 - 1);
  expect(open.value?.record.name).toBe("欧阳小明");
  vi.advanceTimersByTime(1);
  expect(open.value).toBeUndefined();
});

test("asked again, it is open for the longer time", async () => {
  let minute = 15;
  const { open, ask } = desk(async () => ({ record, until: `2026-03-01T08:${minute}:00Z` }));
  await ask({ reason: "visit" });
  minute = 25;
  await ask({ event: 3 });
  vi.advanceTimersByTime(15 * 60_000);
  expect(open.value).toBeDefined();
});

test.each([
  [403, "forbidden"],
  [404, "forbidden"],
  [429, "often"],
  [500, "failed"],
])("a refusal of %i says %s, and nothing is open", async (status, says) => {
  const { open, refusal, wait, busy, ask } = desk(() => Promise.reject(new Problem(status, "", "", [], 6)));
  await ask({ reason: "care" });
  expect([open.value, refusal.value, wait.value, busy.value]).toEqual([undefined, says, 6, false]);
});
