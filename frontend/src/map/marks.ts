/** What happens and who is about: events, clusters, workers, cameras, service points, components, devices. */
import type { ExpressionSpecification, LayerSpecification, SymbolLayerSpecification } from "maplibre-gl";

import { serviceMark } from "../model/mark";
import { plainFace } from "./labels";
import type { Palette } from "./palette";

type Layout = NonNullable<SymbolLayerSpecification["layout"]>;

/** From which zoom things are drawn where no theme says otherwise. */
export const usual = { worker: 12.5, camera: 15.5, service: 14.6, component: 17 } as const;

const servicePlaces = ["service", "clinic", "hospital", "repair", "school", "pharmacy", "party"];
const serviceCharacter = ["match", ["get", "category"], ...servicePlaces.flatMap((category) => [category, serviceMark(category)]), serviceMark("")] as unknown as ExpressionSpecification;
const discIcon = (red: string, amber: string, count: string): ExpressionSpecification =>
  ["concat", "disc/", ["to-string", ["get", count]], "/", ["to-string", ["coalesce", ["get", red], 0]], "/", ["to-string", ["coalesce", ["get", amber], 0]]];

/** Small things without a word: names of areas and roads are written over them. */
export function things(k: number): LayerSpecification[] {
  const alone = { "icon-allow-overlap": true, "icon-size": k } as const;
  return [
    { id: "component", type: "symbol", source: "components", "source-layer": "components", minzoom: usual.component, layout: { ...alone, "icon-image": ["concat", "thing/", ["get", "state"]], "icon-ignore-placement": true } },
    { id: "public-device", type: "symbol", source: "components", "source-layer": "public_devices", minzoom: 17, layout: { ...alone, "icon-image": ["concat", "thing/", ["get", "state"]], "icon-ignore-placement": true } },
    { id: "device", type: "symbol", source: "devices", "source-layer": "devices", minzoom: 15, layout: { ...alone, "icon-image": ["concat", "thing/", ["get", "state"]], "icon-ignore-placement": true } },
  ];
}

export function places(palette: Palette, k: number): LayerSpecification[] {
  const beside: Layout = { "text-font": [plainFace], "text-size": 12.5 * k, "text-anchor": "left", "text-offset": [1.1, 0], "text-optional": true, "text-max-width": 12 };
  const words = { "text-color": palette.text2, "text-halo-color": palette.halo, "text-halo-width": 1.5 * k } as const;
  const small: ExpressionSpecification = ["interpolate", ["linear"], ["zoom"], 12, 0.5 * k, 15.5, k];
  const alone = { "icon-allow-overlap": true, "icon-size": k } as const;
  return [
    { id: "camera", type: "symbol", source: "cameras", "source-layer": "cameras", minzoom: usual.camera, layout: { "icon-image": ["concat", "camera/", ["to-string", ["coalesce", ["get", "view"], 57]]], "icon-size": small, "icon-allow-overlap": true, "icon-ignore-placement": true, "icon-rotate": ["to-number", ["get", "azimuth"], 0], "icon-rotation-alignment": "map", "icon-pitch-alignment": "map" } },
    { id: "service", type: "symbol", source: "service", "source-layer": "service", minzoom: usual.service, layout: { "icon-size": small, "icon-allow-overlap": ["step", ["zoom"], false, 15, true], "icon-image": ["concat", "place/", serviceCharacter], "text-field": ["step", ["zoom"], "", 16.2, ["get", "name"]], ...beside, "text-offset": [1.3, 0] }, paint: words },
    { id: "worker", type: "symbol", source: "walkers", minzoom: usual.worker, layout: { ...alone, "icon-image": "worker", "icon-ignore-placement": true, "text-field": ["step", ["zoom"], "", 16.6, ["get", "name"]], ...beside }, paint: words },
  ];
}

/** Events near by come from the page's own list, far out from the tiles' clusters. */
export function events(k: number): LayerSpecification[] {
  const overlap: Layout = { "icon-allow-overlap": true, "icon-ignore-placement": false, "icon-size": k };
  const tip: Layout = { ...overlap, "icon-anchor": "bottom", "icon-offset": [0, 4] };
  return [
    { id: "event-dot", type: "symbol", source: "calm", filter: ["all", ["!", ["has", "point_count"]], ["in", ["get", "tone"], ["literal", ["green", "closed"]]]], maxzoom: 16.5, minzoom: 12, layout: { ...overlap, "icon-image": ["concat", "dot/", ["get", "tone"]] } },
    { id: "event-near", type: "symbol", source: "calm", filter: ["all", ["!", ["has", "point_count"]], ["==", ["get", "tone"], "green"]], minzoom: 16.5, layout: { ...tip, "icon-image": ["concat", "mark/green/", ["get", "mark"]] } },
    { id: "event-closed", type: "symbol", source: "calm", filter: ["==", ["get", "tone"], "closed"], minzoom: 16.5, layout: { ...overlap, "icon-image": "dot/closed" } },
    { id: "event-mark", type: "symbol", source: "calm", filter: ["all", ["!", ["has", "point_count"]], ["in", ["get", "tone"], ["literal", ["amber", "blue"]]]], minzoom: 12, layout: { ...tip, "icon-image": ["concat", "mark/", ["get", "tone"], "/", ["get", "mark"]], "symbol-sort-key": ["match", ["get", "tone"], "amber", 1, 0] } },
    { id: "event-disc", type: "symbol", source: "calm", filter: ["has", "point_count"], minzoom: 12, layout: { ...overlap, "icon-image": discIcon("red", "amber", "point_count") } },
    { id: "event-red", type: "symbol", source: "burning", minzoom: 12, layout: { ...tip, "icon-image": ["concat", "mark/red/", ["get", "mark"]], "symbol-sort-key": ["get", "id"] } },
    { id: "event-far", type: "symbol", source: "events", "source-layer": "events", maxzoom: 12, filter: ["has", "count"], layout: { ...overlap, "icon-image": discIcon("red", "amber", "count") } },
  ];
}

/** The area that is drawn, and how much is in it. */
export function drawing(palette: Palette, k: number): LayerSpecification[] {
  return [
    { id: "drawn-body", type: "fill", source: "drawn", filter: ["==", ["get", "part"], "body"], paint: { "fill-color": palette.selection.fill, "fill-opacity": 0.14, "fill-antialias": false } },
    { id: "drawn-edge", type: "line", source: "drawn", filter: ["in", ["get", "part"], ["literal", ["border", "line"]]], layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": palette.selection.line, "line-width": 2.4 * k, "line-dasharray": [2, 1.4] } },
    { id: "drawn-corner", type: "circle", source: "drawn", filter: ["==", ["get", "part"], "corner"], paint: { "circle-radius": 5 * k, "circle-color": palette.halo, "circle-stroke-color": palette.selection.line, "circle-stroke-width": 2 * k } },
    { id: "chosen-place", type: "circle", source: "chosen", paint: { "circle-radius": 6 * k, "circle-color": palette.selection.line, "circle-opacity": 0.25, "circle-stroke-color": palette.selection.line, "circle-stroke-width": 2 * k, "circle-pitch-alignment": "map" } },
    { id: "own-place", type: "circle", source: "own", paint: { "circle-radius": 7 * k, "circle-color": palette.selection.line, "circle-stroke-color": palette.halo, "circle-stroke-width": 2.5 * k } },
  ];
}

