/** The ink below: land, green, water, roads and paths. */
import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from "maplibre-gl";

import type { Palette } from "./palette";
import { choose, ease, grow, growBy } from "./scale";
import type { Stop } from "./scale";

const base = { source: "base" } as const;
const areas: FilterSpecification = ["==", ["geometry-type"], "Polygon"];
const lines: FilterSpecification = ["==", ["geometry-type"], "LineString"];

const carriageways = ["main", "major", "minor", "lane", "county", "village"];
const drivable: FilterSpecification = ["in", ["get", "class"], ["literal", carriageways]];

/** Widths of roads in pixels at 1080p. Far out they are a little wider than true to LOOK, else lines of communities drown them. */
const widths: Readonly<Record<string, readonly Stop[]>> = {
  main: [[8, 0.6], [12, 2.4], [14, 4.6], [15, 7.5], [16, 17], [18, 84]],
  major: [[8, 0.3], [12, 1.8], [14, 3.2], [15, 5], [16, 11], [18, 52]],
  county: [[8, 0.3], [12, 1.4], [14, 2.6], [15, 4], [16, 8], [18, 30]],
  minor: [[8, 0], [12, 0.6], [14, 1.5], [15, 2.8], [16, 7], [18, 36]],
  lane: [[8, 0], [12, 0.2], [14, 0.8], [15, 1.6], [16, 3.6], [18, 16]],
  village: [[8, 0], [12, 0.6], [14, 1.1], [15, 1.7], [16, 3.2], [18, 12]],
};

const roadOrder: ExpressionSpecification = ["match", ["get", "class"], "main", 5, "major", 4, "county", 3, "minor", 2, "lane", 1, 0];

export function ground(palette: Palette, k: number): LayerSpecification[] {
  return [
    { id: "ground", type: "background", paint: { "background-color": palette.ground } },
    { id: "landuse", type: "fill", ...base, "source-layer": "landuse", minzoom: 11, filter: areas, paint: { "fill-color": choose("class", palette.landuse, palette.ground), "fill-antialias": false } },
    { id: "green", type: "fill", ...base, "source-layer": "green", minzoom: 10, paint: { "fill-color": choose("class", palette.green, palette.green.park!), "fill-antialias": false } },
    { id: "contour", type: "line", ...base, "source-layer": "ground_line", minzoom: 14.2, filter: ["==", ["get", "class"], "contour"], paint: { "line-color": palette.contour, "line-width": 0.8 * k, "line-opacity": 0.7 } },
    { id: "furrow", type: "line", ...base, "source-layer": "ground_line", minzoom: 14.2, filter: ["!=", ["get", "class"], "contour"], paint: { "line-color": palette.furrow, "line-width": grow(k, [14, 0.4], [17, 1.2]) } },
    { id: "water", type: "fill", ...base, "source-layer": "water", filter: areas, paint: { "fill-color": palette.water } },
    { id: "shore", type: "line", ...base, "source-layer": "water", minzoom: 12, filter: areas, paint: { "line-color": palette.shore, "line-opacity": 0.8, "line-width": grow(k, [13, 0.6], [17, 1.6]) } },
    { id: "stream", type: "line", ...base, "source-layer": "water", minzoom: 12, filter: lines, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": palette.water, "line-width": grow(k, [13, 1.4], [16, 9], [18, 34]) } },
    ...paths(palette, k),
    { id: "road-casing", type: "line", ...base, "source-layer": "road", minzoom: 12, filter: drivable, layout: { "line-cap": "round", "line-join": "round", "line-sort-key": roadOrder }, paint: { "line-color": palette.casing, "line-width": growBy(k, "class", cased(widths), "minor") } },
    { id: "road", type: "line", ...base, "source-layer": "road", minzoom: 8, filter: drivable, layout: { "line-cap": "round", "line-join": "round", "line-sort-key": roadOrder }, paint: { "line-color": roadColour(palette), "line-width": growBy(k, "class", widths, "minor"), "line-opacity": ease([8, 0.6], [12, 1]) } },
    { id: "metro", type: "line", ...base, "source-layer": "road", minzoom: 12, filter: ["==", ["get", "class"], "metro"], paint: { "line-color": palette.metro, "line-opacity": 0.85, "line-width": grow(k, [13, 1.2], [16, 3]) } },
  ];
}

/** By class; far out each reads one rank brighter, for a line of two pixels looks darker than a road. */
function roadColour({ roads, far }: Palette): ExpressionSpecification {
  const near = choose("class", { main: roads.main, major: roads.major, county: roads.major }, roads.minor);
  const wide = choose("class", { main: far, major: roads.main, county: roads.main }, roads.major);
  return ["interpolate", ["linear"], ["zoom"], 13, wide, 14.5, near] as unknown as ExpressionSpecification;
}

function paths(palette: Palette, k: number): LayerSpecification[] {
  const path = { type: "line", ...base, "source-layer": "road", minzoom: 14 } as const;
  return [
    { id: "path", ...path, filter: ["==", ["get", "class"], "path"], paint: { "line-color": palette.path, "line-dasharray": [2, 1.4], "line-width": grow(k, [14, 0.7], [16, 1.6], [18, 5]) } },
    { id: "stairs", ...path, filter: ["==", ["get", "class"], "stairs"], paint: { "line-color": palette.path, "line-dasharray": [0.35, 0.35], "line-width": grow(k, [14, 1.6], [16, 3.5], [18, 10]) } },
  ];
}

/** A casing reaches 0.6 px beyond the road on either side far out, 1.4 px close by. */
function cased(classes: Readonly<Record<string, readonly Stop[]>>): Record<string, Stop[]> {
  const edge = (zoom: number) => (zoom <= 12 ? 1.2 : zoom <= 14 ? 1.6 : zoom <= 15 ? 1.8 : 2.8);
  return Object.fromEntries(Object.entries(classes).map(([name, stops]) => [name, stops.map(([zoom, width]): Stop => [zoom, width + edge(zoom)])]));
}
