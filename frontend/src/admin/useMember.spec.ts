import { effectScope } from "vue";
import { expect, test, vi } from "vitest";

import type { Member } from "../api/office";
import { Problem } from "../api/wire";
import { useMember } from "./useMember";

function desk(...answers: (() => Promise<Member>)[]) {
  let turn = 0;
  const office = { member: vi.fn(() => answers[Math.min(turn++, answers.length - 1)]!()) };
  const seen = vi.fn();
  return { office, seen, ...effectScope().run(() => useMember(office, 7, seen))! };
}
const at = (revision: number) => async () => ({ id: 7, revision }) as Member;

test("what was done is shown, and told to the list", async () => {
  const { member, read, act, seen } = desk(at(1), at(2));
  await read();
  const work = vi.fn(async () => "done");
  expect(await act(work)).toBe("done");
  expect([work.mock.calls, member.value?.revision, seen.mock.calls.length]).toEqual([[[{ id: 7, revision: 1 }]], 2, 2]);
});

test("what somebody else changed meanwhile is explained and read anew", async () => {
  const { member, read, act, deed } = desk(at(1), at(9));
  await read();
  expect(await act(() => Promise.reject(new Problem(409, "", "")))).toBeUndefined();
  expect([member.value?.revision, deed.refusal.value?.key]).toEqual([9, "stale"]);
});

test("an account that is not there is nobody's failure", async () => {
  const { member, read, state, act } = desk(() => Promise.reject(new Problem(404, "", "")));
  await read();
  expect([member.value, state.value, await act(async () => 1)]).toEqual([undefined, "ready", undefined]);
});
