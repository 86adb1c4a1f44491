import { effectScope } from "vue";
import { expect, test, vi } from "vitest";

import { Client, Problem } from "../api/client";
import type { SignIn } from "../api/types";
import { useOwn } from "./useOwn";

const signIn = (id: number, used: string, current = false) => ({ id, used, current }) as SignIn;
const here = signIn(1, "2026-03-01T08:00:00Z", true);
const phone = signIn(2, "2026-03-01T09:00:00Z");

function desk(lists: readonly (readonly SignIn[])[], end = async () => {}) {
  let turn = 0;
  const client = Object.assign(new Client(), { signIns: async () => lists[Math.min(turn++, lists.length - 1)]!, endSignIn: vi.fn(end) });
  const scope = effectScope();
  return { client, ...scope.run(() => useOwn(client))! };
}

test("this sign-in comes first, then the one used last", async () => {
  const { signIns, read } = desk([[signIn(3, "2026-02-01T08:00:00Z"), phone, here]]);
  await read();
  expect(signIns.value.map(({ id }) => id)).toEqual([1, 2, 3]);
});

test("a sign-in that is ended is gone from the list", async () => {
  const { client, signIns, read, end } = desk([[here, phone], [here]]);
  await read();
  await end(phone);
  expect([client.endSignIn.mock.calls, signIns.value.length]).toEqual([[[2]], 1]);
});

test("one that has ended by itself is no failure, one that goes on is", async () => {
  const gone = desk([[here]], () => Promise.reject(new Problem(404, "", "")));
  await gone.end(phone);
  expect(gone.ending.refusal.value).toBeUndefined();
  const stays = desk([[here, phone]], () => Promise.reject(new Problem(503, "", "")));
  await stays.end(phone);
  expect(stays.ending.refusal.value?.key).toBe("unreachable");
});
