/** Convex rings that overlap, as one body: filled evenly, with the border that is left of theirs. */
import type { Place } from "../api/types";
import { metresPerDegree } from "./measure";

/** One side of a ring, between two parallels. */
interface Side {
  readonly ring: number;
  readonly low: Place;
  readonly high: Place;
}

/** From one side to another, between two parallels. */
interface Slab {
  readonly left: Side;
  readonly right: Side;
  readonly from: number;
  to: number;
}

/**
 * Rings that fill together what convex rings hold and do not overlap. They touch along parallels
 * only, where both are rounded alike when they are drawn: no seam shows.
 */
export function evenRings(rings: readonly (readonly Place[])[]): Place[][] {
  const sides = rings.flatMap(sidesOf);
  const levels = [...new Set([...rings.flat().map(([, lat]) => lat), ...crossings(sides)])].sort((a, b) => a - b);
  const done: Slab[] = [];
  let open: readonly Slab[] = [];
  levels.slice(1).forEach((to, i) => {
    const from = levels[i]!;
    open = spansAt(sides, (from + to) / 2).map(([left, right]) => {
      const below = open.find((slab) => slab.left === left && slab.right === right);
      if (below) {
        below.to = to;
        return below;
      }
      const slab = { left, right, from, to };
      done.push(slab);
      return slab;
    });
  });
  return done.map(ringOf);
}

function sidesOf(ring: readonly Place[], number: number): Side[] {
  return ring.slice(1).flatMap((to, i) => {
    const from = ring[i]!;
    if (from[1] === to[1]) return [];
    return [from[1] < to[1] ? { ring: number, low: from, high: to } : { ring: number, low: to, high: from }];
  });
}

/** The longitude of a side at a latitude. */
function lonAt({ low, high }: Side, lat: number): number {
  return low[0] + ((high[0] - low[0]) * (lat - low[1])) / (high[1] - low[1]);
}

/** The latitudes at which sides of different rings cross. */
function crossings(sides: readonly Side[]): number[] {
  const upwards = [...sides].sort((a, b) => a.low[1] - b.low[1]);
  return upwards.flatMap((a, i) => {
    const found: number[] = [];
    for (let k = i + 1; k < upwards.length && upwards[k]!.low[1] < a.high[1]; k++) {
      const b = upwards[k]!;
      const [from, to] = [b.low[1], Math.min(a.high[1], b.high[1])];
      const [before, after] = [lonAt(a, from) - lonAt(b, from), lonAt(a, to) - lonAt(b, to)];
      if (a.ring !== b.ring && before * after < 0) found.push(from + ((to - from) * before) / (before - after));
    }
    return found;
  });
}

/** What the rings hold of a parallel, from west to east: each span between two sides. */
function spansAt(sides: readonly Side[], lat: number): [left: Side, right: Side][] {
  const isWest = (a: Side, b: Side) => lonAt(a, lat) < lonAt(b, lat);
  const spans = new Map<number, [Side, Side]>();
  for (const side of sides) {
    if (side.low[1] >= lat || side.high[1] <= lat) continue;
    const other = spans.get(side.ring)?.[0] ?? side;
    spans.set(side.ring, isWest(side, other) ? [side, other] : [other, side]);
  }
  const merged: [Side, Side][] = [];
  for (const [left, right] of [...spans.values()].sort(([a], [b]) => lonAt(a, lat) - lonAt(b, lat))) {
    const last = merged.at(-1);
    if (!last || isWest(last[1], left)) merged.push([left, right]);
    else if (isWest(last[1], right)) last[1] = right;
  }
  return merged;
}

function ringOf({ left, right, from, to }: Slab): Place[] {
  const first: Place = [lonAt(left, from), from];
  return [first, [lonAt(right, from), from], [lonAt(right, to), to], [lonAt(left, to), to], first];
}

/**
 * The lines of rings, each anticlockwise, that lie in no other: the border of all of them. Where two
 * run side by side, closer than a tolerance in metres, the first is taken.
 */
export function borderLines(rings: readonly (readonly Place[])[], tolerance: number): Place[][] {
  return rings.flatMap((ring, i) => {
    const lines: Place[][] = [];
    for (const [k, to] of ring.slice(1).entries()) {
      const from = ring[k]!;
      const at = (t: number): Place => [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t];
      const covered = rings.flatMap((other, j) => (i === j ? [] : within(from, to, other, j < i ? tolerance : -tolerance)));
      for (const [start, end] of gaps(covered)) {
        const last = lines.at(-1);
        if (start === 0 && last?.at(-1) === from) last.push(end === 1 ? to : at(end));
        else lines.push([start === 0 ? from : at(start), end === 1 ? to : at(end)]);
      }
    }
    return lines;
  });
}

/** The part of a leg, of 0 to 1, that lies in a convex ring grown by so many metres; none if none does. */
function within(from: Place, to: Place, ring: readonly Place[], grown: number): [number, number][] {
  const shrink = Math.cos(from[1] * (Math.PI / 180));
  let [start, end] = [0, 1];
  for (const [k, corner] of ring.slice(1).entries()) {
    const [lon, lat] = ring[k]!;
    const [east, north] = [(corner[0] - lon) * shrink, corner[1] - lat];
    const reach = (grown / metresPerDegree) * Math.hypot(east, north);
    const beyond = (place: Place) => (place[0] - lon) * shrink * north - (place[1] - lat) * east - reach; // over 0: outside
    const [a, b] = [beyond(from), beyond(to)];
    if (a > 0 && b > 0) return [];
    if (a > 0) start = Math.max(start, a / (a - b));
    if (b > 0) end = Math.min(end, a / (a - b));
  }
  return start < end ? [[start, end]] : [];
}

/** What parts of 0 to 1 leave free. */
function gaps(parts: readonly [number, number][]): [number, number][] {
  const free: [number, number][] = [];
  let at = 0;
  for (const [start, end] of [...parts].sort(([a], [b]) => a - b)) {
    if (start > at) free.push([at, start]);
    at = Math.max(at, end);
  }
  return at < 1 ? [...free, [at, 1]] : free;
}
