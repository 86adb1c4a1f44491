import { expect, it } from "vitest";

import { chineseNumber, fitNames, repeated, shortGridName } from "./name";

it.each([
  ["a grid loses the word for community", "人和社区第2网格", "人和 2 网格"],
  ["Chinese numbers become figures", "石门社区第十三网格", "石门 13 网格"],
  ["ten is 10", "石门社区第十网格", "石门 10 网格"],
  ["twenty-one is 21", "石门村第二十一网格", "石门 21 网格"],
  ["a name without a place stays short", "3网格", "3 网格"],
  ["a special grid keeps its name", "实验小学专属网格", "实验小学专属网格"],
])("%s", (_, name, short) => {
  expect(shortGridName(name)).toBe(short);
});

it("knows the names that two have", () => {
  expect([...repeated(["沙坪 1 网格", "清泉 1 网格", "沙坪 1 网格", "沙坪 2 网格"])]).toEqual(["沙坪 1 网格"]);
});

it("writes numbers that it reads back", () => {
  expect([1, 10, 13, 20, 21].map(chineseNumber)).toEqual(["一", "十", "十三", "二十", "二十一"]);
  for (let n = 1; n < 100; n++) expect(shortGridName(`人和社区第${chineseNumber(n)}网格`)).toBe(`人和 ${n} 网格`);
});

it.each([
  ["all that fit", ["小堰 6 网格", "清泉 5 网格", "望江 3 网格"], 3],
  ["fewer, with room for the count", ["小堰 6 网格", "清泉 5 网格", "望江 3 网格", "黄桷 2 网格"], 2],
  ["one at least, however long", ["彩云工业园专属网格彩云工业园专属网格彩云", "望江 3 网格"], 1],
  ["none of none", [], 0],
])("names %s", (_, names, shown) => {
  expect(fitNames(names, 19, 5)).toEqual({ some: names.slice(0, shown), rest: names.length - shown });
});
