/** Divisions: veil outside the town, choropleth, state of grids, lines, selection. */
import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from "maplibre-gl";

import type { Palette } from "./palette";
import { ease, grow } from "./scale";

const divisions = { source: "divisions", "source-layer": "divisions" } as const;
const borders = { source: "divisions", "source-layer": "division_borders" } as const;

const ofLevel = (level: number): FilterSpecification => ["==", ["get", "level"], level];
const grid = ofLevel(5);
const inState = (state: string, value: ExpressionSpecification | number, otherwise: number): ExpressionSpecification =>
  ["case", ["==", ["feature-state", "state"], state], value, otherwise] as ExpressionSpecification;
const whenSelected = (value: number): ExpressionSpecification => ["case", ["boolean", ["feature-state", "selected"], false], value, 0];

export function veil(palette: Palette): LayerSpecification[] {
  return [{ id: "veil", type: "fill", source: "veil", paint: { "fill-color": palette.outside, "fill-opacity": ease([8, 0], [10.5, 0.58]), "fill-antialias": false } }];
}

/** Steps of feature-state `step`, 0 to 4; grids without a number stay clear. */
export function choropleth(palette: Palette): LayerSpecification[] {
  const colour = ["step", ["coalesce", ["feature-state", "step"], 0], palette.ramp[0], 1, palette.ramp[1], 2, palette.ramp[2], 3, palette.ramp[3], 4, palette.ramp[4]] as ExpressionSpecification;
  const known: ExpressionSpecification = ["case", ["==", ["feature-state", "step"], null], 0, 0.86];
  return [{ id: "choropleth", type: "fill", ...divisions, minzoom: 10, filter: grid, layout: { visibility: "none" }, paint: { "fill-color": colour, "fill-opacity": known } }];
}

export function stateFills({ fills }: Palette): LayerSpecification[] {
  const colour: ExpressionSpecification = ["case", ["==", ["feature-state", "state"], "red"], fills.red, fills.amber];
  const opacity: ExpressionSpecification = ["case", ["==", ["feature-state", "state"], "red"], fills.redOpacity, ["==", ["feature-state", "state"], "amber"], fills.amberOpacity, 0];
  return [{ id: "state-fill", type: "fill", ...divisions, minzoom: 11, filter: grid, paint: { "fill-color": colour, "fill-opacity": opacity, "fill-antialias": false } }];
}

export function borderLines(palette: Palette, k: number): LayerSpecification[] {
  const round = { "line-join": "round", "line-cap": "round" } as const;
  return [
    { id: "micro-grid-line", type: "line", ...borders, minzoom: 16.5, filter: ofLevel(6), paint: { "line-color": palette.gridLine, "line-opacity": 0.5, "line-width": 0.8 * k, "line-dasharray": [1, 3] } },
    { id: "grid-line", type: "line", ...borders, minzoom: 13, filter: grid, layout: round, paint: { "line-color": palette.gridLine, "line-opacity": 0.6, "line-width": grow(k, [13, 0.5], [15, 1.1], [17, 1.8]) } },
    { id: "community-casing", type: "line", ...borders, minzoom: 11.5, filter: ofLevel(4), layout: round, paint: { "line-color": palette.halo, "line-opacity": ease([12, 0.35], [14, 0.75]), "line-width": grow(k, [12, 2.4], [15, 4.2], [17, 5.1]) } },
    { id: "community-line", type: "line", ...borders, minzoom: 11.5, filter: ofLevel(4), paint: { "line-color": palette.communityLine, "line-dasharray": [5, 1.6, 1, 1.6], "line-opacity": ease([12, 0.6], [14, 1]), "line-width": grow(k, [12, 0.8], [15, 1.7], [17, 2.6]) } },
    { id: "town-band", type: "line", ...borders, minzoom: 9, filter: ofLevel(3), layout: round, paint: { "line-color": palette.townLine, "line-opacity": 0.1, "line-width": grow(k, [10, 3], [12, 6], [17, 14]) } },
    { id: "town-line", type: "line", ...borders, minzoom: 8, filter: ofLevel(3), layout: round, paint: { "line-color": palette.townLine, "line-opacity": ease([8, 0.5], [12, 1]), "line-width": grow(k, [8, 0.5], [12, 1.2], [15, 2.4], [17, 3.4]) } },
    { id: "county-band", type: "line", ...borders, minzoom: 9, filter: ["<=", ["get", "level"], 2], layout: round, paint: { "line-color": palette.townLine, "line-opacity": 0.1, "line-width": grow(k, [10, 3], [12, 6], [17, 14]) } },
    { id: "county-line", type: "line", ...borders, filter: ["<=", ["get", "level"], 2], layout: round, paint: { "line-color": palette.townLine, "line-opacity": 0.8, "line-width": grow(k, [6, 1], [13, 2], [17, 3.4]), "line-dasharray": [8, 2] } },
  ];
}

export function stateLines(palette: Palette, k: number): LayerSpecification[] {
  const colour: ExpressionSpecification = ["case", ["==", ["feature-state", "state"], "red"], palette.fills.red, palette.fills.amber];
  const shown: ExpressionSpecification = ["case", ["any", ["==", ["feature-state", "state"], "red"], ["==", ["feature-state", "state"], "amber"]], 1, 0];
  return [{ id: "state-line", type: "line", ...divisions, minzoom: 11, filter: grid, layout: { "line-join": "round" }, paint: { "line-color": colour, "line-opacity": shown, "line-width": inState("red", 2.6 * k, 1.8 * k) } }];
}

export function selection({ selection: colours }: Palette, k: number): LayerSpecification[] {
  return [
    { id: "selected-fill", type: "fill", ...divisions, paint: { "fill-color": colours.fill, "fill-opacity": whenSelected(0.1), "fill-antialias": false } },
    { id: "selected-casing", type: "line", ...divisions, layout: { "line-join": "round" }, paint: { "line-color": colours.casing, "line-opacity": whenSelected(0.8), "line-width": 6 * k } },
    { id: "selected-line", type: "line", ...divisions, layout: { "line-join": "round" }, paint: { "line-color": colours.line, "line-opacity": whenSelected(1), "line-width": 3 * k } },
  ];
}
