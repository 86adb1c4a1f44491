/** Houses: shadows on the ground, flat footprints, 3D by height and use, and the opened building. */
import type { DataDrivenPropertyValueSpecification, ExpressionSpecification, LayerSpecification } from "maplibre-gl";

import type { Heights, Palette } from "./palette";

const buildings = { source: "buildings", "source-layer": "buildings" } as const;

export interface HouseView {
  /** Code of the area that stands out; houses elsewhere are flattened. Empty for none. */
  readonly focus: string;
  /** Codes of red grids, whose houses are tinted. */
  readonly redGrids: readonly string[];
  /** The building that is opened: it is left out, and all others sink. */
  readonly opened?: number;
}

const height: ExpressionSpecification = ["max", 2.5, ["to-number", ["get", "height"], 3]];
const area: ExpressionSpecification = ["to-string", ["coalesce", ["get", "h"], ["get", "area"], ""]];

const startsWith = (codes: ExpressionSpecification, length: number): ExpressionSpecification => ["in", ["slice", area, 0, length], codes] as unknown as ExpressionSpecification;

function inFocus(focus: string): ExpressionSpecification {
  return ["any", ["==", area, ""], ["==", ["slice", area, 0, focus.length], focus]];
}

export function houseHeight({ focus, opened }: HouseView): DataDrivenPropertyValueSpecification<number> {
  if (opened !== undefined) return ["min", ["*", 0.3, height], 14];
  return focus === "" ? height : ["case", inFocus(focus), height, ["*", 0.3, height]];
}

export function houseColour(palette: Palette, { focus, redGrids, opened }: HouseView): DataDrivenPropertyValueSpecification<string> {
  const lit = (otherwise: ExpressionSpecification | string): ExpressionSpecification => ["case", ["boolean", ["feature-state", "selected"], false], palette.selection.fill, otherwise];
  // Also grey depends on the feature's state: MapLibre 6.17 fails on a state that
  // is set while a colour that did depend on it no longer does.
  if (opened !== undefined) return lit(palette.quiet);
  const byUse = ["match", ["get", "use"],
    ["commerce", "office", "market"], byHeight(palette.houses.commerce),
    ["school", "hospital", "government"], byHeight(palette.houses.civic),
    ["industry"], byHeight(palette.houses.industry),
    byHeight(palette.houses.housing)] as unknown as ExpressionSpecification;
  const tinted = redGrids.length > 0 ? ["case", startsWith(["literal", [...redGrids]] as ExpressionSpecification, 15), palette.redHouse, byUse] as ExpressionSpecification : byUse;
  const placed = focus === "" ? tinted : ["case", inFocus(focus), tinted, palette.outside] as ExpressionSpecification;
  return lit(placed);
}

function byHeight([low, middle, tall]: Heights): ExpressionSpecification {
  return ["interpolate", ["linear"], height, 6, low, 36, middle, 100, tall];
}

export function shadows(palette: Palette): LayerSpecification[] {
  return [{
    id: "house-shadow", type: "fill-extrusion", source: "shadow", "source-layer": "shadow", minzoom: 13.6,
    paint: { "fill-extrusion-color": palette.shadow, "fill-extrusion-height": 0, "fill-extrusion-opacity": palette.shadowOpacity, "fill-extrusion-vertical-gradient": false },
  }];
}

export function flatHouses(palette: Palette, view: HouseView): LayerSpecification[] {
  return [{
    id: "house-flat", type: "fill", ...buildings, minzoom: 13, layout: { visibility: "none" },
    paint: { "fill-color": houseColour(palette, view), "fill-outline-color": palette.houseOutline },
  }];
}

export function houses(palette: Palette, view: HouseView): LayerSpecification[] {
  return [{
    id: "house", type: "fill-extrusion", ...buildings, minzoom: 13,
    ...(view.opened !== undefined ? { filter: ["!=", ["id"], view.opened] } : {}),
    paint: { "fill-extrusion-color": houseColour(palette, view), "fill-extrusion-height": houseHeight(view), "fill-extrusion-opacity": 1, "fill-extrusion-vertical-gradient": true },
  }];
}

/** The opened building's slabs and homes, from the source `stack`. */
export function stack(palette: Palette): LayerSpecification[] {
  const tone = ["match", ["get", "tone"], ...Object.entries(palette.homes).flat(), palette.homes.own!] as unknown as ExpressionSpecification;
  const colour: ExpressionSpecification = ["case",
    ["boolean", ["feature-state", "hover"], false], palette.selection.line,
    ["==", ["get", "part"], "slab"], palette.slab,
    ["==", ["get", "part"], "chosen-slab"], palette.selection.line,
    tone];
  return [{
    id: "stack", type: "fill-extrusion", source: "stack",
    paint: { "fill-extrusion-color": colour, "fill-extrusion-base": ["get", "base"], "fill-extrusion-height": ["get", "top"], "fill-extrusion-vertical-gradient": false },
  }];
}
