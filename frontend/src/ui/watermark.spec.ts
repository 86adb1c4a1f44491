import { expect, test } from "vitest";

import { markOf } from "./watermark";

const at = new Date(2026, 2, 1, 9, 5, 59).getTime();

test("a watermark says who looks, and when", () => expect(markOf({ name: "罗丹", login: "luo" }, at)).toBe("罗丹 luo 2026-03-01 09:05"));

test("whose name is the login is named once", () => expect(markOf({ name: "luo", login: "luo" }, at)).toBe("luo 2026-03-01 09:05"));
