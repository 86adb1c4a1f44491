import { describe, expect, it } from "vitest";

import type { Place } from "../api/types";
import { begin, finish, outline, areaOf, put, shapeOf } from "./drawing";
import { distance, moved } from "./measure";

const origin: Place = [106.5, 29.5];
/** A buffer of 50 m round places given in metres east and north of the origin. */
const buffer = (...legs: readonly [number, number][]) => finish(legs.reduce((drawing, [east, north]) => put(drawing, moved(origin, east, north)), begin("buffer", 50)));
type Ring = readonly (readonly number[])[];

/** Whether a ring holds a place that lies on none of its sides. */
function holds(ring: Ring, [lon, lat]: Place): boolean {
  return ring.slice(1).reduce((inside, [toLon = 0, toLat = 0], i) => {
    const [fromLon = 0, fromLat = 0] = ring[i]!;
    return fromLat > lat !== toLat > lat && lon < fromLon + ((toLon - fromLon) * (lat - fromLat)) / (toLat - fromLat) ? !inside : inside;
  }, false);
}

const shapes = (drawing: ReturnType<typeof buffer>, part: string) => shapeOf(drawing).filter(({ properties }) => properties?.part === part).map(({ geometry }) => geometry);
/** Places all over what is drawn and a little beyond, on no border. */
const samples = Array.from({ length: 80 * 80 }, (_, i) => moved(origin, -120 + ((i % 80) + 0.37) * 6.5, -220 + (Math.floor(i / 80) + 0.61) * 6.5));

describe("a buffer whose legs overlap", () => {
  it.each([
    ["at a bend", [[0, 0], [200, 0], [200, 150]]],
    ["all the way back", [[0, 0], [200, 0], [1, 0]]],
    ["straight on, where sides lie on each other", [[0, 0], [100, 0], [250, 0]]],
    ["straight to the north", [[0, -100], [0, 0], [0, 100]]],
    ["crossing itself", [[0, 0], [200, 0], [200, 150], [100, 150], [100, -150]]],
    ["round a hole", [[0, 0], [250, 0], [250, 200], [0, 200], [0, 10]]],
    ["in legs shorter than it is wide", [[0, 0], [10, 5], [25, 5], [30, 20], [20, 35]]],
  ] as const)("is filled evenly %s", (_, legs) => {
    const drawing = buffer(...(legs as unknown as [number, number][]));
    const rings = outline(areaOf(drawing)!);
    const bodies = shapes(drawing, "body").map((geometry) => (geometry as GeoJSON.Polygon).coordinates[0]!);
    const layers = samples.map((place) => bodies.filter((ring) => holds(ring, place)).length);
    expect(layers).toEqual(samples.map((place) => (rings.some((ring) => holds(ring, place)) ? 1 : 0)));
    expect(layers).toContain(1);
  });

  it("has a border round all of it and none inside", () => {
    const drawing = buffer([0, 0], [200, 0], [200, 150], [100, 150], [100, -150]);
    const line = drawing.places;
    const border = shapes(drawing, "border").map((geometry) => (geometry as GeoJSON.LineString).coordinates as unknown as Place[]);
    const apart = border.flat().map((place) => Math.min(...line.slice(1).map((to, i) => toLeg(place, line[i]!, to))));
    expect(Math.min(...apart)).toBeGreaterThan(49);
    expect(Math.max(...apart)).toBeLessThan(50.1);
    const long = border.reduce((sum, places) => sum + places.slice(1).reduce((length, to, i) => length + distance(places[i]!, to), 0), 0);
    expect(long).toBeGreaterThan(900);
    expect(long).toBeLessThan(1500); // 2,000 with what lies inside
  });

  it("of one leg is that leg's", () => {
    expect(shapes(buffer([0, 0], [200, 0]), "body")).toHaveLength(1);
    expect(shapes(buffer([0, 0], [200, 0]), "border")).toHaveLength(1);
  });
});

/** Metres from a place to a leg. */
function toLeg(place: Place, from: Place, to: Place): number {
  const steps = Array.from({ length: 401 }, (_, i): Place => [from[0] + ((to[0] - from[0]) * i) / 400, from[1] + ((to[1] - from[1]) * i) / 400]);
  return Math.min(...steps.map((step) => distance(place, step)));
}
