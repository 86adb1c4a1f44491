/**
 * What the page's address says: where the camera is, what is shown, what is
 * chosen. A link opened elsewhere shows the same.
 */

import type { Place } from "../api/types";

export interface Camera {
  readonly lon: number;
  readonly lat: number;
  readonly zoom: number;
  readonly bearing: number;
  readonly pitch: number;
}

export type Selection =
  | { readonly kind: "place"; readonly lon: number; readonly lat: number }
  | { readonly kind: "event"; readonly id: number }
  /** Something else that has a name of its own: `of` is its kind, `key` its id, or the code of a division, which may be without a place. */
  | { readonly kind: "thing"; readonly of: string; readonly key: string; readonly at?: Place };

export const themes = ["map", "people", "use", "devices", "workers", "service"] as const;
/** What the map tells about, besides the ground: events, people, uses of houses … */
export type Theme = (typeof themes)[number];

export const overlays = ["buildings", "components", "cameras", "devices", "service", "workers", "events", "borders", "labels"] as const;
export type Overlay = (typeof overlays)[number];

export interface Address {
  readonly camera?: Camera;
  readonly theme: Theme;
  readonly hidden: readonly Overlay[];
  readonly selection?: Selection;
  /** The floor that is drawn out, if the chosen building is opened. */
  readonly floor?: number;
}

/** Reads a location hash such as `#map=15.2/29.56/106.5/12/50&t=people&hide=cameras&at=106.5,29.56&floor=12`. */
export function readAddress(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const camera = readCamera(fields.get("map"));
  const selection = readSelection(fields);
  const floor = numberIn(fields.get("floor"));
  const theme = themes.find((known) => known === fields.get("t")) ?? "map";
  const hide = (fields.get("hide") ?? "").split(",");
  return {
    theme, hidden: overlays.filter((overlay) => hide.includes(overlay)),
    ...(camera ? { camera } : {}), ...(selection ? { selection } : {}), ...(floor !== undefined ? { floor } : {}),
  };
}

/** Writes what readAddress reads. What is as usual is left out. */
export function writeAddress({ camera, theme, hidden, selection, floor }: Address): string {
  const fields: string[] = [];
  if (camera) fields.push(`map=${writeCamera(camera)}`);
  if (theme !== "map") fields.push(`t=${theme}`);
  if (hidden.length > 0) fields.push(`hide=${hidden.join(",")}`);
  if (selection?.kind === "thing") fields.push(`of=${selection.of}/${selection.key}`);
  const at = selection?.kind === "place" ? ([selection.lon, selection.lat] as const) : selection?.kind === "thing" ? selection.at : undefined;
  if (at) fields.push(`at=${at[0].toFixed(6)},${at[1].toFixed(6)}`);
  if (selection?.kind === "event") fields.push(`event=${selection.id}`);
  if (floor !== undefined) fields.push(`floor=${floor}`);
  return fields.length > 0 ? `#${fields.join("&")}` : "";
}

function writeCamera({ zoom, lat, lon, bearing, pitch }: Camera): string {
  const place = [zoom.toFixed(2), lat.toFixed(5), lon.toFixed(5)];
  const turned = Math.abs(bearing) > 0.05 || pitch > 0.05;
  return (turned ? [...place, bearing.toFixed(1), pitch.toFixed(1)] : place).join("/");
}

function readCamera(text: string | null): Camera | undefined {
  const [zoom, lat, lon, bearing = 0, pitch = 0] = (text ?? "").split("/").map(Number);
  if (zoom === undefined || lat === undefined || lon === undefined) return undefined;
  const known = [zoom, lat, lon, bearing, pitch].every(Number.isFinite);
  const inRange = zoom >= 0 && zoom <= 22 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && pitch >= 0 && pitch <= 75;
  return known && inRange ? { zoom, lat, lon, bearing, pitch } : undefined;
}

function readSelection(fields: URLSearchParams): Selection | undefined {
  const id = numberIn(fields.get("event"));
  if (id !== undefined && Number.isSafeInteger(id) && id > 0) return { kind: "event", id };
  const at = readPlace(fields.get("at"));
  const [, of, key] = /^([a-z]+)\/(\d+)$/.exec(fields.get("of") ?? "") ?? [];
  if (of !== undefined && key !== undefined) return { kind: "thing", of, key, ...(at ? { at } : {}) };
  return at && { kind: "place", lon: at[0], lat: at[1] };
}

function readPlace(text: string | null): Place | undefined {
  const [lon, lat] = (text ?? "").split(",").map(Number);
  if (lon === undefined || lat === undefined || !Number.isFinite(lon) || !Number.isFinite(lat)) return undefined;
  return Math.abs(lon) > 180 || Math.abs(lat) > 90 ? undefined : [lon, lat];
}

function numberIn(text: string | null): number | undefined {
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : undefined;
}
