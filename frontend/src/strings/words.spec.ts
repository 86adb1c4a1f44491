import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { en } from "./en";
import { fill } from "./words";
import { zhCN } from "./zh-CN";

const blanks = (sentence: string) => (sentence.match(/\{\w+\}/g) ?? []).sort();

describe("words", () => {
  it("are the same set in both languages", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zhCN).sort());
  });

  it.each(Object.entries(zhCN))("%s takes the same values in both languages", (key, sentence) => {
    expect(blanks(en[key as keyof typeof en])).toEqual(blanks(sentence));
  });

  it("fills a sentence, and leaves a blank whose value is missing", () => {
    expect(fill("红 {red} · 黄 {amber}", { red: 2 })).toBe("红 2 · 黄 {amber}");
  });

  it.each([[1, "1 day"], ["1", "1 day"], [0, "0 days"], [30, "30 days"], ["1,001", "1,001 days"]])("counts %s in words", (n, said) => {
    expect(fill("{n} {n:day|days}", { n })).toBe(said);
  });
});

describe("components", () => {
  const source = new URL("..", import.meta.url).pathname;
  const components = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".vue"));

  it.each(components)("%s holds no literal words", (file) => {
    const template = /<template>([\s\S]*)<\/template>/.exec(readFileSync(join(source, file), "utf8"))?.[1] ?? "";
    const visible = template.replace(/<!--[\s\S]*?-->/g, "").replace(/\{\{[\s\S]*?\}\}/g, "").replace(/<kbd>.*?<\/kbd>/g, " ").replace(/<(?:"[^"]*"|[^">])*>/g, " ");
    expect(visible.match(/\p{Letter}{2,}/gu) ?? []).toEqual([]);
    expect(template.match(/\p{Script=Han}/gu) ?? []).toEqual([]);
    expect(template.match(/\s(?:aria-label|title|placeholder|alt)="[^"]*"/g) ?? []).toEqual([]);
  });
});
