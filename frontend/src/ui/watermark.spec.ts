import { expect, test } from "vitest";

import { markOf, tileOf } from "./watermark";

const at = new Date(2026, 2, 1, 9, 5, 59).getTime();

test("a watermark says who looks, and when", () => expect(markOf({ name: "罗丹", login: "luo" }, at)).toEqual(["罗丹 luo", "2026-03-01 09:05"]));

test("whose name is the login is named once", () => expect(markOf({ name: "luo", login: "luo" }, at)[0]).toBe("luo"));

test("a long name has a wider place, and is not cut off", () => {
  const [short, long] = [tileOf(["罗丹 luo", "2026-03-01 09:05"]), tileOf(["重庆市沙坪坝区青木街道值班员 qingmu-duty-desk-02", ""])];
  expect([short.width > 16 * 7.5, long.width > 14 * 13 + 21 * 7.5]).toEqual([true, true]);
});
