/** Which layers a scene shows. */
import type { StyleSpecification } from "maplibre-gl";

import type { Overlay, Theme } from "../model/address";

export interface Dressing {
  readonly theme: Theme;
  readonly hidden: readonly Overlay[];
}

/** Layers of each overlay, by the beginning of their names. */
const parts: Readonly<Record<Overlay, readonly string[]>> = {
  buildings: ["house", "house-shadow"],
  components: ["component"],
  cameras: ["camera"],
  devices: ["device"],
  service: ["service"],
  workers: ["worker"],
  events: ["event-", "state-"],
  borders: ["grid-line", "micro-grid-line", "community-line", "community-casing", "town-line", "town-band", "county-line", "county-band"],
  labels: ["road-label", "main-road-label", "stream-label", "water-label", "green-label", "building-label", "grid-label", "micro-grid-label", "community-label", "town-label", "county-label"],
};

/** What each theme leaves out, so that one thing is told at a time. */
const aside: Readonly<Record<Theme, readonly Overlay[]>> = {
  map: ["devices"],
  people: ["devices", "components", "cameras", "workers", "events"],
  use: ["devices", "components", "cameras", "workers", "events"],
  devices: ["workers", "events"],
  workers: ["devices", "components", "cameras"],
  service: ["devices", "components", "cameras", "workers", "events"],
};

/** Names that would be noise over a choropleth. */
const wayNames = ["road-label", "main-road-label", "stream-label", "green-label"];

/** The same style with each layer switched on or off. */
export function dress(style: StyleSpecification, { theme, hidden }: Dressing): StyleSpecification {
  const off = new Set([...aside[theme], ...hidden].flatMap((overlay) => parts[overlay]));
  const shown = (id: string): boolean => {
    if (id === "choropleth") return theme === "people";
    if (id === "house-flat" || (theme === "people" && wayNames.includes(id))) return false;
    return ![...off].some((part) => (part.endsWith("-") ? id.startsWith(part) : id === part));
  };
  const layers = style.layers.map((layer) => {
    const faded = theme === "people" && (layer.id === "house" || layer.id === "house-shadow") ? { minzoom: 15 } : {};
    const visibility: "visible" | "none" = shown(layer.id) ? "visible" : "none";
    return layer.type === "background" ? layer : { ...layer, ...faded, layout: { ...layer.layout, visibility } };
  });
  return { ...style, layers: layers as StyleSpecification["layers"] };
}
