/** Which layers a scene shows. */
import type { StyleSpecification } from "maplibre-gl";

import type { Overlay, Theme } from "../model/address";
import { evenInState } from "./labels";
import { usual } from "./marks";

export interface Dressing {
  readonly theme: Theme;
  readonly hidden: readonly Overlay[];
  readonly houses: { readonly opened?: number };
}

/** Layers of each overlay, by the beginning of their names. */
const parts: Readonly<Record<Overlay, readonly string[]>> = {
  buildings: ["house", "house-shadow"],
  components: ["component", "public-device"],
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

/** From which zoom a theme shows a layer, where that is not as usual: its own subject sooner, what is beside it later. */
const begins: Readonly<Record<Theme, Readonly<Record<string, number>>>> = {
  map: { worker: 15, service: 16.8 },
  people: { house: 15, "house-shadow": 15 },
  use: {},
  devices: { camera: 12.5, component: 14.6, "public-device": 14.6, service: 16.8 },
  workers: { service: 16.8 },
  service: { service: 12.5 },
};

/** Whether a theme shows the things of a layer at a zoom. */
export function isDrawn(layer: string, { theme, hidden }: Pick<Dressing, "theme" | "hidden">, zoom: number): boolean {
  const overlay = (Object.keys(parts) as Overlay[]).find((each) => parts[each].includes(layer));
  if (!overlay || hidden.includes(overlay) || aside[theme].includes(overlay)) return false;
  return zoom >= (begins[theme][layer] ?? usual[layer as keyof typeof usual] ?? 0);
}

/** Names that would be noise over a choropleth. */
const wayNames = ["road-label", "main-road-label", "stream-label", "green-label"];

/** What an opened building leaves out: it is the subject, and the only one. */
const besideTheSubject: readonly Overlay[] = ["components", "cameras", "devices", "service", "workers", "events", "borders"];
const quietNames = ["building-label", "road-label", "grid-label", "micro-grid-label", "community-label", "town-label", "house-shadow"];

/** The same style with each layer switched on or off. */
export function dress(style: StyleSpecification, { theme, hidden, houses }: Dressing): StyleSpecification {
  const isOpened = houses.opened !== undefined;
  const gone = [...aside[theme], ...hidden, ...(isOpened ? besideTheSubject : [])].flatMap((overlay) => parts[overlay]);
  const off = new Set([...gone, ...(isOpened ? quietNames : [])]);
  const shown = (id: string): boolean => {
    if (id === "choropleth") return theme === "people";
    if (id === "house-flat" || (theme === "people" && wayNames.includes(id))) return false;
    return ![...off].some((part) => (part.endsWith("-") ? id.startsWith(part) : id === part));
  };
  const layers = style.layers.map((layer) => {
    const minzoom = begins[theme][layer.id];
    const visibility: "visible" | "none" = shown(layer.id) ? "visible" : "none";
    if (layer.id === "grid-label" && !shown("state-label")) return { ...layer, paint: { ...layer.paint, "text-opacity": evenInState }, layout: { ...layer.layout, visibility } };
    return layer.type === "background" ? layer : { ...layer, ...(minzoom === undefined ? {} : { minzoom }), layout: { ...layer.layout, visibility } };
  });
  return { ...style, layers: layers as StyleSpecification["layers"] };
}
