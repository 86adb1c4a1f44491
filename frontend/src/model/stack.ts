/**
 * The opened building: a dark slab for each floor and a block for each home on
 * it, air between the floors, and one floor drawn out like a drawer.
 */
import type { Floor, Place } from "../api/types";
import { moved, offset } from "./measure";

export interface HomeBlock {
  readonly id: number;
  readonly floor: number;
  readonly state: string;
  readonly rings: readonly (readonly Place[])[];
}

export interface Drawer {
  readonly footprint: readonly (readonly Place[])[];
  readonly homes: readonly HomeBlock[];
  readonly floors: readonly number[];
  readonly chosen: number | undefined;
  /** Homes with an open event. */
  readonly alarmed: ReadonlySet<number>;
}

const pitch = 4.1;
const slab = 0.5;
const lift = 5;
const slide = 15;

export interface BlockProperties {
  readonly part: "slab" | "chosen-slab" | "home";
  readonly base: number;
  readonly top: number;
  readonly floor: number;
  readonly home: number;
  readonly tone: string;
}

/** Everything to be extruded, bottom up. Metres above the ground. */
export function blocksOf(drawer: Drawer): GeoJSON.Feature<GeoJSON.Polygon, BlockProperties>[] {
  const order = drawer.floors.toSorted((a, b) => a - b);
  return order.flatMap((floor, i) => {
    const above = drawer.chosen !== undefined && floor > drawer.chosen;
    const base = i * pitch + (above ? lift : 0);
    const isChosen = floor === drawer.chosen;
    const shift = isChosen ? outward(drawer.footprint) : [0, 0] as const;
    const under = block(widened(drawer.footprint), shift, { part: isChosen ? "chosen-slab" : "slab", base, top: base + slab, floor, home: 0, tone: "" });
    const homes = drawer.homes.filter((home) => home.floor === floor).map((home) => block(home.rings, shift, {
      part: "home", base: base + slab, top: base + slab + (home.state === "vacant" ? 1.7 : 2.8), floor, home: home.id,
      tone: drawer.alarmed.has(home.id) ? "event" : home.state,
    }));
    return [under, ...homes];
  });
}

function block(rings: readonly (readonly Place[])[], [east, north]: readonly [number, number], properties: BlockProperties): GeoJSON.Feature<GeoJSON.Polygon, BlockProperties> {
  const coordinates = rings.map((ring) => ring.map((place) => [...moved(place, east, north)]));
  return { type: "Feature", id: properties.home, geometry: { type: "Polygon", coordinates }, properties };
}

/**
 * The direction along a footprint's long façade, from left to right for whoever looks
 * at it with bearingOn: radians, 0 east, against the clock.
 */
export function longFacade(footprint: readonly (readonly Place[])[]): number {
  const ring = footprint[0] ?? [];
  const edges = ring.slice(1).map((to, i) => offset(ring[i]!, to));
  const [east, north] = edges.reduce((longest, edge) => (Math.hypot(...edge) > Math.hypot(...longest) ? edge : longest), [0, 0]);
  const edge = Math.atan2(north, east);
  // A notched house may be wider across its longest wall than along it.
  const heading = reach(ring, edge) >= reach(ring, edge + Math.PI / 2) ? edge : edge + Math.PI / 2;
  const right = Math.cos(heading + (bearingAlong(heading) * Math.PI) / 180);
  return right < 0 ? heading + Math.PI : heading;
}

function reach(ring: readonly Place[], heading: number): number {
  const along = ring.map((place) => turn(offset(ring[0]!, place), -heading)[0]);
  return Math.max(0, ...along) - Math.min(0, ...along);
}

/** The camera's bearing on an opened building: 24° off its long façade, from the south side. */
export function bearingOn(footprint: readonly (readonly Place[])[]): number {
  return bearingAlong(longFacade(footprint));
}

function bearingAlong(heading: number): number {
  const facade = (heading * 180) / Math.PI;
  return ((((90 - facade) % 180) + 180) % 180) - 90 + 24;
}

/** Towards the viewer, square to the long façade. */
function outward(footprint: readonly (readonly Place[])[]): readonly [east: number, north: number] {
  const heading = longFacade(footprint);
  const side = Math.cos(heading) > 0 ? heading - Math.PI / 2 : heading + Math.PI / 2;
  return [slide * Math.cos(side), slide * Math.sin(side)];
}

/** A footprint a little beyond its walls. */
function widened(footprint: readonly (readonly Place[])[]): Place[][] {
  const ring = footprint[0] ?? [];
  const corners = ring.slice(0, -1);
  const centre: Place = [mean(corners.map(([lon]) => lon)), mean(corners.map(([, lat]) => lat))];
  return [ring.map((place) => {
    const [east, north] = offset(centre, place);
    const reach = 1 + 0.6 / Math.max(4, Math.hypot(east, north));
    return moved(centre, east * reach, north * reach);
  })];
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0) / Math.max(1, numbers.length);
}

/** The homes of a building: those of a floor stand side by side, in the order of the table. */
export function homesOf(floors: readonly Floor[], footprint: readonly (readonly Place[])[]): HomeBlock[] {
  return floors.flatMap(({ floor, homes }) => {
    const slices = slicesOf(footprint, homes.length);
    return homes.flatMap(({ id, state }, i) => (slices[i]?.length ? [{ id, floor, state, rings: slices[i] }] : []));
  });
}

/** A footprint cut into parts of equal width along the long façade, from left to right. */
export function slicesOf(footprint: readonly (readonly Place[])[], count: number): Place[][][] {
  const ring = footprint[0] ?? [];
  const origin = ring[0];
  if (!origin || count < 1) return [];
  const heading = longFacade(footprint);
  const flat = ring.map((place) => turn(offset(origin, place), -heading));
  const xs = flat.map(([x]) => x);
  const [west, east] = [Math.min(...xs), Math.max(...xs)];
  return Array.from({ length: count }, (_, i) => {
    const gap = 0.2;
    const left = west + ((east - west) * i) / count + gap;
    const right = west + ((east - west) * (i + 1)) / count - gap;
    const cut = clip(clip(flat, ([x]) => x - left), ([x]) => right - x);
    const places = cut.map((corner) => moved(origin, ...turn(corner, heading)));
    return places.length > 2 ? [[...places, places[0]!]] : [];
  });
}

type Corner = readonly [number, number];

function turn([x, y]: Corner, angle: number): [number, number] {
  return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
}

/** The part of a ring where `inside` is positive (Sutherland and Hodgman). */
function clip(ring: readonly Corner[], inside: (corner: Corner) => number): Corner[] {
  return ring.flatMap((corner, i) => {
    const before = ring[(i + ring.length - 1) % ring.length]!;
    const [a, b] = [inside(before), inside(corner)];
    const crossing: Corner[] = a * b < 0 ? [[before[0] + ((corner[0] - before[0]) * a) / (a - b), before[1] + ((corner[1] - before[1]) * a) / (a - b)]] : [];
    return b >= 0 ? [...crossing, corner] : crossing;
  });
}
