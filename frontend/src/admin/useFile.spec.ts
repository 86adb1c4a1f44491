import { effectScope, nextTick } from "vue";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Client } from "../api/client";
import type { PersonFile } from "../api/files";
import { Problem } from "../api/wire";
import { changesOf, useFile } from "./useFile";

beforeEach(() => vi.useFakeTimers({ now: Date.parse("2026-03-01T08:00:00Z") }));
afterEach(() => vi.useRealTimers());

function desk(over: Record<string, unknown> = {}) {
  let revision = 0;
  const files = {
    read: vi.fn(async () => ({ person: { id: 7, revision: ++revision } }) as PersonFile), copy: vi.fn(async () => ({}) as PersonFile),
    correct: vi.fn(async () => ({})), erase: vi.fn(async () => ({ erased: [7], kept: [], remains: false })), ...over,
  };
  const client = Object.assign(new Client(), { unmask: vi.fn(async () => ({ record: { id: 7 }, until: "2026-03-01T08:15:00Z" })) }) as unknown as Client;
  return { files, ...effectScope().run(() => useFile(client, files as never, 7))! };
}

test("what is unmasked is read anew, and once more when it is masked again", async () => {
  const { files, read, mask } = desk();
  await read();
  await mask.ask({ reason: "correction" });
  await nextTick();
  expect(files.read).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(15 * 60_000);
  expect([mask.open.value, files.read.mock.calls.length]).toEqual([undefined, 3]);
});

test("a correction is of the revision that was read, and shown", async () => {
  const { files, file, read, correct } = desk();
  await read();
  expect(await correct({ name: "欧阳明" })).toBe(true);
  expect(files.correct).toHaveBeenCalledWith({ id: 7, revision: 1 }, { name: "欧阳明" });
  expect(file.value?.person.revision).toBe(2);
});

test("who is erased is gone from the page, and what is kept is told", async () => {
  const { file, erased, read, erase } = desk();
  await read();
  await erase("request");
  expect([file.value, erased.value?.erased]).toEqual([undefined, [7]]);
});

test("an erasure of what somebody changed meanwhile is refused, and the file read anew", async () => {
  const { file, erased, deed, read, erase } = desk({ erase: () => Promise.reject(new Problem(409, "", "")) });
  await read();
  await erase("moved");
  expect([erased.value, deed.refusal.value?.key, file.value?.person.revision]).toEqual([undefined, "stale", 2]);
});

test("only what differs is corrected", () => {
  expect(changesOf({ name: "罗丹", phone: "1" }, { name: "罗丹", phone: "2", born: "" })).toEqual({ phone: "2" });
});
