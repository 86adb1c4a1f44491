import { effectScope } from "vue";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Member } from "../api/office";
import { useMembers } from "./useMembers";

const member = (id: number, revision = 1) => ({ id, revision, login: `a${id}` }) as Member;
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function list(pages: Record<string, { items: Member[]; next: string | null }>) {
  const office = { members: vi.fn(async (q: string, cursor: string) => pages[`${q}/${cursor}`] ?? { items: [], next: null }) };
  return { office, ...effectScope().run(() => useMembers(office))! };
}
const ids = (members: readonly Member[]) => members.map(({ id }) => id);

test("pages follow one another", async () => {
  const { members, hasMore, read, more } = list({ "/": { items: [member(1)], next: "x" }, "/x": { items: [member(2)], next: null } });
  await read();
  expect([ids(members.value), hasMore.value]).toEqual([[1], true]);
  await more();
  expect([ids(members.value), hasMore.value]).toEqual([[1, 2], false]);
});

test("what is typed is asked for once, from the first page", async () => {
  const { members, office, read, more, type } = list({ "/": { items: [member(1)], next: "x" }, "wang/": { items: [member(3)], next: null } });
  await read();
  await more();
  type("wa");
  type("wang ");
  await vi.advanceTimersByTimeAsync(200);
  expect([ids(members.value), office.members.mock.calls.length]).toEqual([[3], 3]);
});

test("an answer that comes too late is dropped", async () => {
  let answer: (page: { items: Member[]; next: null }) => void = () => {};
  const late = new Promise<{ items: Member[]; next: null }>((resolve) => (answer = resolve));
  const office = { members: vi.fn((q: string) => (q === "" ? late : Promise.resolve({ items: [member(2)], next: null }))) };
  const { members, read, type } = effectScope().run(() => useMembers(office))!;
  void read();
  type("b");
  await vi.advanceTimersByTimeAsync(200);
  answer({ items: [member(1)], next: null });
  await vi.advanceTimersByTimeAsync(0);
  expect(ids(members.value)).toEqual([2]);
});

test("an account that was changed is shown so, where it stands", async () => {
  const { members, read, put } = list({ "/": { items: [member(1), member(2)], next: null } });
  await read();
  put(member(1, 5));
  expect(members.value.map(({ revision }) => revision)).toEqual([5, 1]);
});
