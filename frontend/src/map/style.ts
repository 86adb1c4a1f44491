/** The whole style, below to above, for one mood and one size of screen. */
import type { SourceSpecification, StyleSpecification } from "maplibre-gl";

import noto500 from "@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-500-normal.woff2?url";
import noto600 from "@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-600-normal.woff2?url";

import { borderLines, choropleth, selection, stateFills, stateLines, veil } from "./borders";
import { ground } from "./ground";
import { flatHouses, houses, shadows, stack } from "./houses";
import type { HouseView } from "./houses";
import { boldFace, labels, plainFace } from "./labels";
import { drawing, events, places, things } from "./marks";
import { palettes } from "./palette";
import type { Mood } from "./palette";

/** The zoom from which houses are drawn. */
export const housesFrom = 13;

/** Tile sources and the zooms at which the server has them. Each is one layer set of the feed. */
export const tileSets: Readonly<Record<string, readonly [minzoom: number, maxzoom: number]>> = {
  base: [4, 16], divisions: [0, 17], buildings: [housesFrom, 16], shadow: [housesFrom, 16], components: [14, 17], devices: [15, 17], cameras: [12, 16], service: [12, 16], events: [0, 12],
};

/** Sources that the page itself fills. */
const ownSources = ["veil", "state-labels", "walkers", "burning", "stack", "drawn", "chosen", "own"] as const;

export interface StyleOptions {
  readonly mood: Mood;
  /** Times all pixels: 1 at 1080p, 2 at 4K. */
  readonly k: number;
  readonly houses: HouseView;
}

export function styleOf({ mood, k, houses: view }: StyleOptions): StyleSpecification {
  const palette = palettes[mood];
  return {
    version: 8,
    name: `quanxi-${mood}`,
    // Absolute, because the map reads them in a worker of another address.
    "font-faces": { [plainFace]: absolute(noto500), [boldFace]: absolute(noto600) },
    light: { anchor: "map", position: [1.3, 300, 42], intensity: palette.light, color: "#ffffff" },
    transition: { duration: 0, delay: 0 },
    sources: sources(k),
    layers: [
      ...ground(palette, k), ...shadows(palette), ...veil(palette), ...choropleth(palette), ...stateFills(palette),
      ...borderLines(palette, k), ...stateLines(palette, k), ...flatHouses(palette, view), ...selection(palette, k),
      ...houses(palette, view), ...stack(palette), ...things(k), ...labels(palette, k), ...drawing(palette, k), ...places(palette, k), ...events(k),
    ],
  } as StyleSpecification;
}

function sources(k: number): Record<string, SourceSpecification> {
  const tiles = Object.entries(tileSets).map(([name, [minzoom, maxzoom]]): [string, SourceSpecification] => [name, { type: "vector", tiles: [`ht://${name}/{z}/{x}/{y}`], minzoom, maxzoom }]);
  const nothing: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
  const own = ownSources.map((name): [string, SourceSpecification] => [name, { type: "geojson", data: nothing }]);
  const calm: SourceSpecification = {
    type: "geojson", data: nothing, cluster: true, clusterRadius: 64 * k, clusterMaxZoom: 15,
    clusterProperties: { amber: ["+", ["case", ["==", ["get", "tone"], "amber"], 1, 0]] },
  };
  return Object.fromEntries([...tiles, ...own, ["calm", calm]]);
}

function absolute(url: string): string {
  return new URL(url, document.baseURI).href;
}
