/** How the numbers of an area stand on the screen. */
import type { Counters } from "../api/types";
import { count } from "./format";

/** Of these whoever only counts is told the nearest of some steps, as of a moment of the day. */
const stepped = new Set(["dwellings", "households", "people", "living", "aged60", "care", "vacant", "rented", "devices"]);

/** 1,204; ≈ 1,205 where it is told in steps; a dash where it is not to be known. */
export function figure(counters: Counters, name: string): string {
  const n = counters[name];
  if (n === undefined) return "–";
  return counters.step && stepped.has(name) ? `≈ ${count(n)}` : count(n);
}

/** When what is told in steps was counted, in milliseconds since 1970; 0 where nothing is. */
export function countedAt(counters: Counters): number {
  return counters.step ? (counters.counted_at ?? 0) * 1000 : 0;
}
