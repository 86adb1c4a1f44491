/** Words on the map. Later layers are placed first: marks go before all of these. */
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, SymbolLayerSpecification } from "maplibre-gl";

import { chineseNumber } from "../model/name";
import type { Palette } from "./palette";
import { grow } from "./scale";

export const plainFace = "Noto Sans SC 500";
export const boldFace = "Noto Sans SC 600";
export const figureFace = "Barlow 600";

type Layout = NonNullable<SymbolLayerSpecification["layout"]>;

const named: FilterSpecification = ["!=", ["coalesce", ["get", "name"], ""], ""];
const all = (...filters: FilterSpecification[]): FilterSpecification => ["all", ...filters] as FilterSpecification;
const is = (property: string, value: string | number): FilterSpecification => ["==", ["get", property], value];

/** Where a county's name may stand, in ems: touching its point, since further off another county begins. */
const onPoint = ["center", [0, 0], "top", [0, 0.2], "bottom", [0, -0.2]];
/** Where another area's name may stand: also beyond a mark or a cluster that stands on its point. */
const besideMarks = ["center", [0, 0], "top", [0, 0.6], "bottom", [0, -0.6], "left", [0.6, 0], "right", [-0.6, 0], "top", [0, 1.9], "bottom", [0, -1.9], "left", [1.9, 0], "right", [-1.9, 0]] as unknown as ExpressionSpecification;

/** A grid in state has a label of its own, with the name of its community. */
const unlessInState: ExpressionSpecification = ["case", ["==", ["feature-state", "state"], null], 1, 0];
/** Where those labels are off. It asks for the state as well: a paint that stops asking breaks the states that are set (MapLibre 6). */
export const evenInState: ExpressionSpecification = ["case", ["==", ["feature-state", "state"], null], 1, 1];

/** From those that give way to those that go first. */
export function labels(palette: Palette, k: number): LayerSpecification[] {
  return [...groundLabels(palette, k), ...divisionLabels(palette, k)];
}

function groundLabels(palette: Palette, k: number): LayerSpecification[] {
  const road = { type: "symbol", source: "base", "source-layer": "road" } as const;
  const along: Layout = { "symbol-placement": "line", "symbol-spacing": 420 * k, "text-field": ["get", "name"], "text-font": [plainFace], "text-max-angle": 30, "text-pitch-alignment": "viewport" };
  const major: FilterSpecification = ["in", ["get", "class"], ["literal", ["main", "major", "county"]]];
  return [
    text("building-label", { source: "buildings", "source-layer": "buildings", minzoom: 17, filter: named }, { "text-field": ["get", "name"], "text-font": [plainFace], "text-size": 13 * k, "text-max-width": 7, "text-padding": 10 * k }, { "text-color": palette.text2, "text-halo-color": palette.halo, "text-halo-width": 1.4 * k }),
    text("road-label", { ...road, minzoom: 15.6, filter: all(named, ["!", major] as unknown as FilterSpecification, ["!=", ["get", "class"], "metro"]) }, { ...along, "text-size": 12 * k, "text-letter-spacing": 0.08 }, { "text-color": palette.text3, "text-halo-color": palette.halo, "text-halo-width": 1.6 * k }),
    text("main-road-label", { ...road, minzoom: 14, filter: all(named, major) }, { ...along, "text-size": grow(k, [14, 12.5], [17, 15]), "text-letter-spacing": 0.12 }, { "text-color": palette.text3, "text-halo-color": palette.halo, "text-halo-width": 1.6 * k }),
    text("green-label", { source: "base", "source-layer": "green", minzoom: 15, filter: named }, { "text-field": ["get", "name"], "text-font": [plainFace], "text-size": 12.5 * k, "text-padding": 40 }, { "text-color": palette.text3, "text-halo-color": palette.halo, "text-halo-width": 1.4 * k }),
    text("stream-label", { source: "base", "source-layer": "water", minzoom: 14.5, filter: all(named, ["==", ["geometry-type"], "LineString"]) }, { ...along, "text-size": 13 * k, "text-letter-spacing": 0.5 }, { "text-color": palette.waterText, "text-halo-color": palette.halo, "text-halo-width": k }),
    text("water-label", { source: "base", "source-layer": "water", minzoom: 11.5, filter: all(named, ["==", ["geometry-type"], "Polygon"]) }, { "text-field": ["get", "name"], "text-font": [plainFace], "text-size": grow(k, [12, 15], [16, 19]), "text-letter-spacing": 0.5, "text-padding": 24 * k }, { "text-color": palette.waterText, "text-halo-color": palette.water, "text-halo-width": k }),
  ];
}

function divisionLabels(palette: Palette, k: number): LayerSpecification[] {
  const labelled = { source: "divisions", "source-layer": "division_labels" } as const;
  const area: Layout = { "text-field": ["get", "name"], "text-variable-anchor-offset": besideMarks, "text-justify": "auto", "text-max-width": 9 };
  const strong = { "text-color": palette.text, "text-halo-color": palette.halo } as const;
  return [
    text("micro-grid-label", { ...labelled, minzoom: 17.2, filter: is("level", 6) }, { ...area, "text-field": after("网格"), "text-font": [plainFace], "text-size": 12 * k }, { "text-color": palette.text3, "text-halo-color": palette.halo, "text-halo-width": 1.5 * k }),
    text("grid-label", { ...labelled, minzoom: 15.1, filter: is("level", 5) }, { ...area, "text-field": numbered(after("第")), "text-font": [plainFace], "text-size": grow(k, [15, 13], [17, 16]) }, { "text-opacity": unlessInState, "text-color": palette.text2, "text-halo-color": palette.halo, "text-halo-width": 1.5 * k }),
    text("county-label", { ...labelled, maxzoom: 11, filter: is("level", 2) }, { ...area, "text-variable-anchor-offset": onPoint as unknown as ExpressionSpecification, "text-padding": 10 * k, "text-font": [boldFace], "text-size": grow(k, [6, 14], [9, 20], [11, 24]) }, { ...strong, "text-halo-width": 2 * k }),
    text("town-label", { ...labelled, minzoom: 10.5, maxzoom: 13.2, filter: is("level", 3) }, { ...area, "text-padding": 14 * k, "text-font": [boldFace], "text-size": grow(k, [10.5, 14], [12, 20]) }, { ...strong, "text-halo-width": 2 * k }),
    text("state-label", { source: "state-labels" }, { "text-field": ["get", "name"], "text-font": [boldFace], "text-size": 15 * k, "text-variable-anchor-offset": besideMarks, "text-justify": "auto" }, { "text-color": ["match", ["get", "state"], "red", palette.stateText.red, palette.stateText.amber], "text-halo-color": palette.halo, "text-halo-width": 1.8 * k }),
    text("community-label", { ...labelled, minzoom: 12.5, maxzoom: 17.4, filter: is("level", 4) }, { ...area, "text-font": [boldFace], "text-size": grow(k, [13, 14], [15, 18], [17, 20]), "text-letter-spacing": 0.14 }, { ...strong, "text-halo-width": 1.8 * k }),
  ];
}

/** The part of the name after some words: within its community a grid is only “二网格”. */
function after(words: string): ExpressionSpecification {
  const rest: ExpressionSpecification = ["slice", ["get", "name"], ["+", ["var", "at"], words.length]];
  return ["let", "at", ["index-of", words, ["get", "name"]], ["case", ["all", [">", ["var", "at"], -1], ["!=", rest, ""]], rest, ["get", "name"]]];
}

/** “二网格” as “2 网格”, which an expression cannot work out: so by a table. Other names stay. */
function numbered(name: ExpressionSpecification): ExpressionSpecification {
  const known = Array.from({ length: 60 }, (_, i) => [`${chineseNumber(i + 1)}网格`, `${i + 1} 网格`]);
  return ["match", name, ...known.flat(), name] as unknown as ExpressionSpecification;
}

type TextLayer = Pick<SymbolLayerSpecification, "source" | "source-layer" | "minzoom" | "maxzoom" | "filter">;

function text(id: string, from: Partial<TextLayer> & { source: string }, layout: Layout, paint: NonNullable<SymbolLayerSpecification["paint"]>): SymbolLayerSpecification {
  return { id, type: "symbol", ...from, layout, paint } as SymbolLayerSpecification;
}
