/**
 * An area while it is drawn, by mouse or thumb: rectangle and circle between two
 * places, polygon and buffer by as many as one likes.
 */
import type { Envelope, Place, WithinArea } from "../api/types";
import { borderLines, evenRings } from "./even";
import { area, circleRing, distance, envelopeOf, length, moved, offset } from "./measure";

export const tools = ["rectangle", "circle", "polygon", "buffer"] as const;
export type Tool = (typeof tools)[number];

export interface Drawing {
  readonly tool: Tool;
  readonly places: readonly Place[];
  /** Half width of a buffer, in metres. */
  readonly radius: number;
  readonly done: boolean;
}

export function begin(tool: Tool, radius = 50): Drawing {
  return { tool, places: [], radius, done: false };
}

/** Sets one more place. Rectangle and circle are done with the second. */
export function put(drawing: Drawing, place: Place): Drawing {
  if (drawing.done) return drawing;
  const last = drawing.places.at(-1);
  if (last && last[0] === place[0] && last[1] === place[1]) return drawing;
  const places = [...drawing.places, place];
  const spanned = drawing.tool === "rectangle" || drawing.tool === "circle";
  return { ...drawing, places, done: spanned && places.length === 2 };
}

/** Takes the last place back. */
export function back(drawing: Drawing): Drawing {
  return { ...drawing, places: drawing.places.slice(0, -1), done: false };
}

/** Ends a polygon or a buffer; unchanged while it has too few places. */
export function finish(drawing: Drawing): Drawing {
  return areaOf(drawing) ? { ...drawing, done: true } : drawing;
}

/** The area drawn, as the server takes it; undefined while there is none yet. */
export function areaOf({ tool, places, radius }: Drawing): WithinArea | undefined {
  const [first, second] = places;
  if (!first || !second) return undefined;
  switch (tool) {
    case "rectangle": return { rectangle: envelopeOf([first, second])! };
    case "circle": return { circle: { lon: first[0], lat: first[1], radius: Math.max(1, distance(first, second)) } };
    case "polygon": return places.length > 2 ? { polygon: [...places, first] } : undefined;
    case "buffer": return { buffer: { line: places, radius } };
  }
}

/** What to draw on the map, with the pointer as the next place. */
export function shapeOf(drawing: Drawing, pointer?: Place): GeoJSON.Feature[] {
  const places = pointer && !drawing.done ? [...drawing.places, pointer] : drawing.places;
  const corners = drawing.places.map((place) => feature({ type: "Point", coordinates: [...place] }, "corner"));
  const line = places.length > 1 ? [feature({ type: "LineString", coordinates: places.map((place) => [...place]) }, "line")] : [];
  const body = areaOf({ ...drawing, places });
  const showsLine = drawing.tool === "polygon" || drawing.tool === "buffer";
  return [...(body ? bodyOf(outline(body), drawing.radius) : []), ...(showsLine ? line : []), ...corners];
}

/** What is filled of an area, and its border. Legs of a buffer overlap: together they are one even body. */
function bodyOf(rings: readonly Place[][], radius: number): GeoJSON.Feature[] {
  const isOne = rings.length < 2;
  const filled = isOne ? rings : evenRings(rings);
  const border = isOne ? rings : borderLines(rings, radius * roundness);
  return [
    ...filled.map((ring) => feature({ type: "Polygon", coordinates: [ring.map((place) => [...place])] }, "body")),
    ...border.map((places) => feature({ type: "LineString", coordinates: places.map((place) => [...place]) }, "border")),
  ];
}

/** How far the round end of one leg may lie beside that of the next, for a radius of 1: twice what its corners cut off. */
const roundness = 2 * (1 - Math.cos(Math.PI / 32));

function feature(geometry: GeoJSON.Geometry, part: string): GeoJSON.Feature {
  return { type: "Feature", geometry, properties: { part } };
}

/** The closed rings that outline an area. Those of a buffer overlap: one for each leg. */
export function outline(drawn: WithinArea): Place[][] {
  if ("rectangle" in drawn) return [boxRing(drawn.rectangle)];
  if ("circle" in drawn) return [circleRing([drawn.circle.lon, drawn.circle.lat], drawn.circle.radius)];
  if ("polygon" in drawn) return [[...drawn.polygon]];
  const { line, radius } = drawn.buffer;
  return line.slice(1).map((to, i) => capsule(line[i]!, to, radius));
}

function boxRing([west, south, east, north]: Envelope): Place[] {
  return [[west, south], [east, south], [east, north], [west, north], [west, south]];
}

/** All places within the radius of a leg: a stadium with 16 corners at either end. */
function capsule(from: Place, to: Place, radius: number): Place[] {
  const [east, north] = offset(from, to);
  const heading = Math.atan2(north, east);
  const half = (centre: Place, start: number) => Array.from({ length: 17 }, (_, i) => {
    const angle = start + (i / 16) * Math.PI;
    return moved(centre, radius * Math.cos(angle), radius * Math.sin(angle));
  });
  const ring = [...half(to, heading - Math.PI / 2), ...half(from, heading + Math.PI / 2)];
  return [...ring, ring[0]!];
}

/** Square metres of what was drawn; overlapping legs of a buffer count twice. */
export function size(drawn: WithinArea): number {
  if ("circle" in drawn) return Math.PI * drawn.circle.radius ** 2;
  if ("buffer" in drawn) {
    const { line, radius } = drawn.buffer;
    return 2 * radius * length(line) + Math.PI * radius ** 2;
  }
  return area(outline(drawn)[0] ?? []);
}
