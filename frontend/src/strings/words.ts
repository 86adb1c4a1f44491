import type { zhCN } from "./zh-CN";

export type WordKey = keyof typeof zhCN;
export type Words = Readonly<Record<WordKey, string>>;
export type Language = "zh-CN" | "en";

/** Puts values into a sentence: `{n}` is replaced by the value named n. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
