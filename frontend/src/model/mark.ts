/**
 * The drawing of marks, as paths in a box of 40 by 48 whose lower tip is the
 * place: the same on the map, in the list and in the legend.
 */
import type { Tone } from "./incident";

export interface MarkShape {
  readonly path: string;
  /** The same without its tip, for lists. */
  readonly body: string;
  /** Middle of the character. */
  readonly middle: readonly [x: number, y: number];
  /** Size of the character in the same units. */
  readonly letter: number;
  /** The lower end of the shape. */
  readonly foot: number;
}

const rhomb = "M17.9 3.2a3 3 0 0 1 4.2 0l16.2 16.2a3 3 0 0 1 0 4.2L22.1 39.8a3 3 0 0 1-4.2 0L1.7 23.6a3 3 0 0 1 0-4.2z";
const diamond: MarkShape = {
  path: rhomb, body: rhomb,
  middle: [20, 21.5], letter: 19, foot: 41,
};
const square: MarkShape = {
  path: "M9 6h22a4 4 0 0 1 4 4v22a4 4 0 0 1-4 4h-6.6L20 42l-4.4-6H9a4 4 0 0 1-4-4V10a4 4 0 0 1 4-4z",
  body: "M9 6h22a4 4 0 0 1 4 4v22a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4V10a4 4 0 0 1 4-4z",
  middle: [20, 21], letter: 17, foot: 42,
};
const drop: MarkShape = {
  path: "M20 5.5A15.5 15.5 0 0 1 25.6 35.5L20 42l-5.6-6.5A15.5 15.5 0 0 1 20 5.5z",
  body: "M20 5.5a15.5 15.5 0 0 1 0 31 15.5 15.5 0 0 1 0-31z",
  middle: [20, 21], letter: 17, foot: 42,
};

export const markBox = { width: 40, height: 48 } as const;

/** Shape by urgency: colour alone is not relied on. */
export function shapeOfTone(tone: Tone): MarkShape {
  if (tone === "red") return diamond;
  return tone === "amber" ? square : drop;
}

/** Two letters are set smaller than one character. */
export function letterSize({ letter }: MarkShape, text: string): number {
  return /^[\x20-\x7e]{2,}$/.test(text) ? letter * 0.74 : letter;
}

/** The diameter of a cluster's disc. */
export function discSize(count: number): number {
  if (count < 10) return 42;
  return count < 20 ? 48 : 54;
}

/** The arcs of a cluster's ring from 12 o'clock, as shares of the circle: red, amber, then green. */
export function ringOf(red: number, amber: number, others: number): { tone: "red" | "amber" | "green"; from: number; to: number }[] {
  const all = Math.max(1, red + amber + others);
  const edges = [0, red / all, (red + amber) / all, 1];
  const tones = ["red", "amber", "green"] as const;
  return tones.map((tone, i) => ({ tone, from: edges[i]!, to: edges[i + 1]! })).filter(({ from, to }) => to > from);
}

/** Characters of service points: 服 医 修 学 药 党. */
export function serviceMark(category: string): string {
  const marks: Readonly<Record<string, string>> = { service: "服", clinic: "医", hospital: "医", repair: "修", school: "学", pharmacy: "药", party: "党" };
  return marks[category] ?? "服";
}
