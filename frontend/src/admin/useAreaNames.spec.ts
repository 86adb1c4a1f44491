import { expect, test, vi } from "vitest";

import { placeOf, useAreaNames } from "./useAreaNames";

const division = (level: number, name: string) => ({ id: level, code: String(level), name, level, kind: "" });
const chain = [division(1, "重庆市"), division(2, "沙坪坝区"), division(3, "青木街道"), division(4, "民生社区"), division(5, "民生社区第二网格")];

test.each([
  [1, "重庆市"], [2, "沙坪坝区"], [3, "沙坪坝区 › 青木街道"], [4, "青木街道 › 民生社区"], [5, "民生 2 网格"], [0, ""],
])("%i levels down it is %s", (n, name) => expect(placeOf(chain.slice(0, n))).toBe(name));

test("a name is asked for once, and is the code until it is known", async () => {
  const read = vi.fn(async () => ({ chain: chain.slice(0, 2) }));
  const { nameOf } = useAreaNames(read);
  expect([nameOf("500106"), nameOf("500106")]).toEqual(["500106", "500106"]);
  await vi.waitFor(() => expect(nameOf("500106")).toBe("沙坪坝区"));
  expect(read).toHaveBeenCalledOnce();
});

test("what cannot be read stays a code", async () => {
  const { nameOf } = useAreaNames(() => Promise.reject(new Error("gone")));
  nameOf("5009");
  await Promise.resolve();
  expect(nameOf("5009")).toBe("5009");
});
