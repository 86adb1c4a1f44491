/**
 * Where the workers are. Between two reports each is drawn on the straight line
 * between them, so that people walk and do not hop.
 */

export interface Walker {
  readonly id: number;
  readonly name: string;
  readonly fromLon: number;
  readonly fromLat: number;
  readonly lon: number;
  readonly lat: number;
  /** When the walk from the one place to the other began and ends, in milliseconds. */
  readonly startedAt: number;
  readonly arrivesAt: number;
}

export type Patrol = ReadonlyMap<number, Walker>;

const longestStep = 6000;
const farthestStep = 0.005; // degrees; whoever is farther away did not walk

/** Applies one state frame of the topic workers. Items without a place are ignored, those marked gone leave. */
export function applyPositions(patrol: Patrol, items: readonly Readonly<Record<string, unknown>>[], now: number): Patrol {
  const next = new Map(patrol);
  for (const { id, lon, lat, name, gone } of items) {
    if (typeof id !== "number") continue;
    if (gone === true) next.delete(id);
    else if (typeof lon === "number" && typeof lat === "number") {
      next.set(id, walkTo(next.get(id), { id, name: typeof name === "string" ? name : "", lon, lat }, now));
    }
  }
  return next;
}

function walkTo(held: Walker | undefined, to: { id: number; name: string; lon: number; lat: number }, now: number): Walker {
  const [fromLon, fromLat] = held ? placeAt(held, now) : [to.lon, to.lat];
  const walks = held && Math.hypot(to.lon - fromLon, to.lat - fromLat) < farthestStep;
  const time = walks ? Math.min(longestStep, Math.max(500, now - held.startedAt)) : 0;
  return {
    ...to, name: to.name || held?.name || "", startedAt: now, arrivesAt: now + time,
    fromLon: walks ? fromLon : to.lon, fromLat: walks ? fromLat : to.lat,
  };
}

/** Where a worker is drawn at a moment. */
export function placeAt(walker: Walker, now: number): [lon: number, lat: number] {
  const { startedAt, arrivesAt, fromLon, fromLat, lon, lat } = walker;
  if (now >= arrivesAt) return [lon, lat];
  const share = Math.max(0, (now - startedAt) / (arrivesAt - startedAt));
  return [fromLon + (lon - fromLon) * share, fromLat + (lat - fromLat) * share];
}

/** Whether anybody is between two places. */
export function isMoving(patrol: Patrol, now: number): boolean {
  return [...patrol.values()].some(({ arrivesAt }) => arrivesAt > now);
}
