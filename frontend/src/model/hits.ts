/** Search while typing: what is asked, what came back, and which hit is under the finger. */
import type { Hit } from "../api/types";

export interface Search {
  readonly text: string;
  /** Which question the hits answer; replies to older questions are dropped. */
  readonly asked: number;
  readonly hits: readonly Hit[];
  readonly state: "idle" | "waiting" | "found" | "nothing" | "failed";
  readonly at: number;
}

export const noSearch: Search = { text: "", asked: 0, hits: [], state: "idle", at: 0 };

/** The text changed; the hits stay until newer ones come. */
export function ask(search: Search, text: string): Search {
  if (text.trim() === "") return { ...noSearch, text, asked: search.asked + 1 };
  return { ...search, text, asked: search.asked + 1, state: "waiting" };
}

/** Hits came for a question. */
export function answer(search: Search, asked: number, hits: readonly Hit[]): Search {
  if (asked !== search.asked) return search;
  return { ...search, hits, at: 0, state: hits.length > 0 ? "found" : "nothing" };
}

/** The question failed. */
export function fail(search: Search, asked: number): Search {
  return asked === search.asked ? { ...search, hits: [], at: 0, state: "failed" } : search;
}

/** The next or the previous hit, round and round. */
export function step(search: Search, by: 1 | -1): Search {
  const { length } = search.hits;
  return length === 0 ? search : { ...search, at: (search.at + by + length) % length };
}
