/** Small geometry on lon/lat, good to a thousandth within a town. */
import type { Envelope, Place } from "../api/types";

export const metresPerDegree = 111_320;

/** Metres east and north of one place from another. */
export function offset([fromLon, fromLat]: Place, [toLon, toLat]: Place): [east: number, north: number] {
  const shrink = Math.cos(((fromLat + toLat) / 2) * (Math.PI / 180));
  return [(toLon - fromLon) * metresPerDegree * shrink, (toLat - fromLat) * metresPerDegree];
}

/** The place that many metres east and north of another. */
export function moved([lon, lat]: Place, east: number, north: number): Place {
  const shrink = Math.cos(lat * (Math.PI / 180));
  return [lon + east / (metresPerDegree * shrink), lat + north / metresPerDegree];
}

export function distance(from: Place, to: Place): number {
  return Math.hypot(...offset(from, to));
}

/** The length of a line in metres. */
export function length(line: readonly Place[]): number {
  return line.slice(1).reduce((sum, place, i) => sum + distance(line[i]!, place), 0);
}

/** The area of a ring in square metres; the last place need not repeat the first. */
export function area(ring: readonly Place[]): number {
  const origin = ring[0];
  if (!origin) return 0;
  const flat = ring.map((place) => offset(origin, place));
  const twice = flat.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = flat[(i + 1) % flat.length]!;
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}

/** A circle as a closed ring of 64 corners. */
export function circleRing(centre: Place, radius: number): Place[] {
  return Array.from({ length: 65 }, (_, i) => {
    const angle = ((i % 64) / 64) * 2 * Math.PI;
    return moved(centre, radius * Math.cos(angle), radius * Math.sin(angle));
  });
}

/** A place on a geometry: a point itself, else a corner halfway along a line or a border. */
export function placeOn({ coordinates }: { readonly coordinates: unknown }): Place | undefined {
  if (!Array.isArray(coordinates)) return undefined;
  if (typeof coordinates[0] === "number") return [coordinates[0], Number(coordinates[1])];
  return placeOn({ coordinates: coordinates[coordinates.length >> 1] });
}

/** The box that holds all places; undefined for none. */
export function envelopeOf(places: readonly Place[]): Envelope | undefined {
  if (places.length === 0) return undefined;
  const lons = places.map(([lon]) => lon);
  const lats = places.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** Whether two envelopes have anything in common. */
export function meets(a: Envelope, b: Envelope): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

/** The box that holds both. */
export function union(a: Envelope, b: Envelope): Envelope {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

/** A place inside a ring: the middle of its widest part at half height. */
export function inside(ring: readonly Place[]): Place | undefined {
  const box = envelopeOf(ring);
  if (!box) return undefined;
  const lat = (box[1] + box[3]) / 2 + (box[3] - box[1]) * 1e-4;
  const crossings = ring.flatMap(([lon, from], i) => {
    const [nextLon, to] = ring[(i + 1) % ring.length]!;
    return from > lat === to > lat ? [] : [lon + ((nextLon - lon) * (lat - from)) / (to - from)];
  }).sort((a, b) => a - b);
  let widest: readonly [number, number] = [box[0], box[2]];
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const part = [crossings[i]!, crossings[i + 1]!] as const;
    if (i === 0 || part[1] - part[0] > widest[1] - widest[0]) widest = part;
  }
  return [(widest[0] + widest[1]) / 2, lat];
}
