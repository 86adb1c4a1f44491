import { expect, test, vi } from "vitest";

import type { Member } from "../api/office";
import { makeNames } from "./useNames";

test("a name is asked for once, unless it was told", async () => {
  const member = vi.fn(async (id: number) => ({ id, name: "罗丹" }) as Member);
  const { nameOf, learn } = makeNames({ member });
  learn(2, "何川");
  expect([nameOf(1), nameOf(1), nameOf(2)]).toEqual(["#1", "#1", "何川"]);
  await vi.waitFor(() => expect(nameOf(1)).toBe("罗丹"));
  expect(member).toHaveBeenCalledOnce();
});

test("somebody one has nothing to do with stays a number", async () => {
  const { nameOf } = makeNames({ member: () => Promise.reject(new Error("404")) });
  nameOf(1);
  await Promise.resolve();
  expect(nameOf(1)).toBe("#1");
});
