import { expect, test, vi } from "vitest";

import type { Member } from "../api/office";
import { Problem } from "../api/wire";
import { makeNames } from "./useNames";

test("a name is asked for once, unless it was told", async () => {
  const member = vi.fn(async (id: number) => ({ id, name: "罗丹" }) as Member);
  const { nameOf, learn } = makeNames({ member });
  learn(2, "何川");
  expect([nameOf(1), nameOf(1), nameOf(2)]).toEqual(["#1", "#1", "何川"]);
  await vi.waitFor(() => expect(nameOf(1)).toBe("罗丹"));
  expect(member).toHaveBeenCalledOnce();
});

test("somebody one has nothing to do with stays a number, and is asked for once", async () => {
  const member = vi.fn(() => Promise.reject(new Problem(404, "", "")));
  const { nameOf } = makeNames({ member });
  nameOf(1);
  await new Promise(setImmediate);
  expect([nameOf(1), member.mock.calls.length]).toEqual(["#1", 1]);
});

test.each([["the network", new TypeError("fetch failed")], ["a busy server", new Problem(503, "", "")]])("a name that %s kept back is asked for when it is next shown", async (_, why) => {
  const member = vi.fn(async (id: number) => ({ id, name: "罗丹" }) as Member).mockRejectedValueOnce(why);
  const { nameOf } = makeNames({ member });
  expect(nameOf(1)).toBe("#1");
  await new Promise(setImmediate);
  expect(nameOf(1)).toBe("#1");
  await vi.waitFor(() => expect(nameOf(1)).toBe("罗丹"));
  expect(member).toHaveBeenCalledTimes(2);
});
