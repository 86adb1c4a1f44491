import { computed, onScopeDispose, watch } from "vue";
import type { ComputedRef, Ref, ShallowRef } from "vue";

import { showIncidents } from "../map/incidents";
import type { GridBrief } from "../map/incidents";
import type { Scene, TownMap } from "../map/town";
import { Walk } from "../map/walk";
import type { Patrol } from "../model/patrol";
import { households, stepOf } from "../model/ramp";
import { blocksOf } from "../model/stack";
import { gridLevel } from "./useAreas";
import type { Areas } from "./useAreas";
import type { IncidentDesk } from "./useIncidents";
import type { SelectionDesk } from "./useSelection";

/** All that a map shows, as the page holds it. */
export interface Shown {
  readonly scene: ComputedRef<Scene>;
  readonly areas: Areas;
  readonly incidents: IncidentDesk;
  readonly patrol: ShallowRef<Patrol>;
  readonly selection: SelectionDesk;
  readonly grids: ComputedRef<ReadonlyMap<string, GridBrief>>;
  readonly markOf: ComputedRef<(category: string) => string>;
  readonly now: Readonly<Ref<number>>;
  /** No walking between reports. */
  readonly still: boolean;
}

/** Keeps a map showing what the page knows, until the scope ends. */
export function useMapView(map: TownMap, shown: Shown): void {
  watch(shown.scene, (scene) => map.show(scene));
  watchIncidents(map, shown);
  watchAreas(map, shown);
  watchSelection(map, shown);
  const walk = new Walk(map, shown.still);
  watch(shown.patrol, (patrol) => walk.set(patrol), { immediate: true });
  onScopeDispose(() => walk.stop());
}

/** Events run out of time without a frame: so they are drawn again every ten seconds. */
function watchIncidents(map: TownMap, { incidents, grids, markOf, now }: Shown): void {
  const slowly = computed(() => Math.floor(now.value / 10_000));
  watch([incidents.all, incidents.categories, grids, markOf, slowly], () => {
    showIncidents(map, { incidents: [...incidents.all.value.byID.values()], now: now.value, markOf: markOf.value, grids: grids.value });
  }, { immediate: true });
}

function watchAreas(map: TownMap, { areas, grids }: Shown): void {
  watch(areas.boundary, (division) => map.fill("veil", division?.geometry ? [veilAround(division.geometry)] : []), { immediate: true });
  watch([grids, areas.tallies], () => map.states.set("divisions", "step", stepsOf(grids.value, areas.tallies.value)), { immediate: true });
}

function watchSelection(map: TownMap, { selection }: Shown): void {
  watch([selection.identified, selection.opened], () => showSelection(map, selection));
  watch([selection.opened, selection.floor], () => showStack(map, selection));
  watch(selection.home, (home, before) => map.states.set("stack", "hover", new Map(home === undefined || home === before ? [] : [[home, true]])));
}

function showSelection(map: TownMap, { identified, thing, opened, selection }: SelectionDesk): void {
  const known = identified.value;
  const division = thing.value?.level === undefined ? undefined : thing.value;
  const grid = known?.chain?.filter(({ level }) => level <= gridLevel).at(-1);
  const outlined = division?.id ?? (grid && grid.level >= gridLevel - 1 ? grid.id : undefined);
  map.states.set("divisions", "selected", new Map(outlined === undefined ? [] : [[outlined, true]]));
  const building = opened.value || division ? undefined : known?.building;
  map.states.set("buildings", "selected", new Map(building ? [[building.id, true]] : []));
  const bare = known && !division && !building && !opened.value && (selection.value?.kind === "place" || selection.value?.kind === "thing");
  map.fill("chosen", bare ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [known.lon, known.lat] } }] : []);
}

function showStack(map: TownMap, { opened, floors, floor }: SelectionDesk): void {
  const building = opened.value;
  map.fill("stack", building ? blocksOf({
    footprint: building.footprint, homes: building.homes, floors: floors.value, chosen: floor.value, alarmed: new Set(),
  }) : []);
}

function stepsOf(grids: ReadonlyMap<string, GridBrief>, tallies: ReadonlyMap<string, Readonly<Record<string, number>>>): Map<number, number> {
  const steps = new Map<number, number>();
  for (const [code, { id }] of grids) {
    const value = tallies.get(code)?.[households.counter];
    if (value !== undefined) steps.set(id, stepOf(value, households.limits));
  }
  return steps;
}

/** The world with the area as a hole. */
function veilAround(geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon): GeoJSON.Feature {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const world = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]];
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [world, ...polygons.flatMap((rings) => rings.slice(0, 1))] } };
}
