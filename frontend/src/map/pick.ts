/** What lies under a tap. */
import type { Map as GLMap, MapGeoJSONFeature, PointLike } from "maplibre-gl";

import type { Place } from "../api/types";
import { inside } from "../model/measure";

export type Tapped =
  | { readonly kind: "event"; readonly id: number }
  | { readonly kind: "cluster"; readonly id: number; readonly place: Place; readonly far: boolean }
  | { readonly kind: "home"; readonly floor: number; readonly home: number }
  | { readonly kind: "place"; readonly place: Place };

const eventLayers = ["event-red", "event-mark", "event-near", "event-dot", "event-closed"];
const discLayers = ["event-disc", "event-far"];

/** @param reach how far beside a mark a finger may be, in pixels */
export function pick(map: GLMap, at: { x: number; y: number }, ground: Place, reach: number): Tapped {
  const box: [PointLike, PointLike] = [[at.x - reach, at.y - reach], [at.x + reach, at.y + reach]];
  const [mark] = query(map, box, [...eventLayers, ...discLayers]);
  if (mark) return discLayers.includes(mark.layer.id) ? cluster(mark) : { kind: "event", id: Number(mark.properties.id) };
  const [solid] = query(map, [[at.x, at.y], [at.x, at.y]], ["stack", "house", "house-flat"]);
  if (solid?.layer.id === "stack") return { kind: "home", floor: Number(solid.properties.floor), home: Number(solid.properties.home) };
  return { kind: "place", place: (solid && foot(solid)) ?? ground };
}

function query(map: GLMap, box: [PointLike, PointLike], layers: readonly string[]): MapGeoJSONFeature[] {
  return map.queryRenderedFeatures(box, { layers: layers.filter((id) => map.getLayer(id)) });
}

function cluster(mark: MapGeoJSONFeature): Tapped {
  const [lon = 0, lat = 0] = (mark.geometry as GeoJSON.Point).coordinates;
  return { kind: "cluster", id: Number(mark.properties.cluster_id ?? 0), place: [lon, lat], far: mark.layer.id === "event-far" };
}

/** A place inside a house that was tapped on its wall or roof: the ground under the finger lies behind it. */
function foot({ geometry }: MapGeoJSONFeature): Place | undefined {
  if (geometry.type === "Polygon") return inside((geometry.coordinates[0] ?? []) as unknown as Place[]);
  if (geometry.type === "MultiPolygon") return inside((geometry.coordinates[0]?.[0] ?? []) as unknown as Place[]);
  return undefined;
}
