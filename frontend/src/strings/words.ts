import type { zhCN } from "./zh-CN";

export type WordKey = keyof typeof zhCN;
export type Words = Readonly<Record<WordKey, string>>;
export type Language = "zh-CN" | "en";

/** Puts values into a sentence: `{n}` is replaced by the value named n, and `{n:day|days}` by the first if that is one, else by the other. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, more?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one === undefined || more === undefined) return String(value);
    return String(value) === "1" ? one : more;
  });
}
