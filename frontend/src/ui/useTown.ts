import { computed, inject, onScopeDispose, provide, ref, shallowRef, watch } from "vue";
import type { InjectionKey, Ref, ShallowRef } from "vue";

import { Client } from "../api/client";
import type { Envelope, Hit, Place } from "../api/types";
import { showIncidents } from "../map/incidents";
import type { GridBrief } from "../map/incidents";
import type { Mood } from "../map/palette";
import type { Tapped } from "../map/pick";
import { tileSets } from "../map/style";
import { TownMap } from "../map/town";
import { Walk } from "../map/walk";
import { readAddress, writeAddress } from "../model/address";
import type { Camera } from "../model/address";
import { gridStates } from "../model/incident";
import type { Incident } from "../model/incident";
import { union } from "../model/measure";
import { applyPositions } from "../model/patrol";
import type { Patrol } from "../model/patrol";
import { households, stepOf } from "../model/ramp";
import { bearingOn, blocksOf } from "../model/stack";
import { gridLevel, useAreas } from "./useAreas";
import { useClock } from "./useClock";
import { useFeed } from "./useFeed";
import { useIncidents } from "./useIncidents";
import { useScene } from "./useScene";
import { useSelection } from "./useSelection";
import { useWithin } from "./useWithin";
import { useWords } from "./useWords";

export interface PageKind {
  readonly usualMood: Mood;
  /** Pixels that a finger or a pointer may miss a mark by. */
  readonly reach: number;
  /** Turn and tilt of the first view. */
  readonly bearing: number;
  readonly pitch: number;
}

const wholeCity: Camera = { lon: 107.8, lat: 30.05, zoom: 6.8, bearing: 0, pitch: 0 };

/** Everything that both entries share: data, map, choice. One for each page. */
export function createTown(kind: PageKind) {
  const words = useWords();
  const client = new Client();
  const now = useClock();
  const address = readAddress(location.hash);
  const { choice, k } = useScene(address, kind.usualMood);
  const town: ShallowRef<TownMap | undefined> = shallowRef();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.webdriver;
  const pointer = ref<Place>();
  const frame = ref<{ camera: Camera; metresPerPixel: number }>();
  const trouble = ref(0);

  const areas = useAreas(client);
  const incidents = useIncidents(client, now);
  const patrol = shallowRef<Patrol>(new Map());
  const feed = useFeed([...Object.keys(tileSets), "dwellings"], {
    frame(received) {
      incidents.apply(received);
      if (received.op !== "state" || !("items" in received)) return;
      const items = received.items as readonly Readonly<Record<string, unknown>>[];
      if (received.topic === "workers") patrol.value = applyPositions(patrol.value, items, Date.now());
      if (received.topic === "counters") areas.count(items);
    },
    stale: (layers, tiles) => town.value?.refresh(layers, tiles),
    resync() {
      void incidents.load();
      void areas.load();
      town.value?.refreshAll();
    },
  });
  const selection = useSelection(client, feed.tiles);
  const within = useWithin(client, () => town.value);

  const grids = computed(() => briefs(areas.divisions.value));
  const redGrids = computed(() => [...gridStates(incidents.open.value, now.value)].filter(([, state]) => state === "red").map(([code]) => code).sort());
  const markOf = (category: string) => {
    const known = incidents.categories.value.get(category);
    return (words.isChinese.value ? known?.mark : known?.short) ?? "·";
  };

  const look = (camera: Camera, view: Envelope) => {
    const focus = areas.focus.value?.envelope;
    feed.look({ envelope: clamp(focus ? union(view, focus) : view), zoom: camera.zoom });
    remember(camera);
  };
  const remember = (camera?: Camera) => {
    const chosen = selection.selection.value;
    const floor = selection.floor.value;
    const hash = writeAddress({
      ...(camera ? { camera } : {}), theme: choice.theme, hidden: choice.hidden,
      ...(chosen ? { selection: chosen } : {}), ...(floor !== undefined ? { floor } : {}),
    });
    history.replaceState(history.state, "", hash || location.pathname);
  };

  const selectIncident = async (incident: Incident): Promise<void> => {
    if (town.value && town.value.camera.zoom < 15.5) town.value.go({ lon: incident.lon, lat: incident.lat, zoom: 16.2 });
    else town.value?.go({ lon: incident.lon, lat: incident.lat });
    await selection.select({ kind: "event", id: incident.id }, [incident.lon, incident.lat]);
  };
  const selectPlace = (place: Place): Promise<void> => selection.select({ kind: "place", lon: place[0], lat: place[1] }, place);

  const tapped = async (what: Tapped): Promise<void> => {
    const map = town.value;
    if (!map) return;
    if (what.kind === "cluster") map.go({ lon: what.place[0], lat: what.place[1], zoom: map.camera.zoom + (what.far ? 2 : 1.4) });
    if (what.kind === "home") {
      selection.floor.value = what.floor;
      selection.home.value = what.home || undefined;
    }
    if (what.kind === "place") await selectPlace(what.place);
    const incident = what.kind === "event" ? incidents.all.value.byID.get(what.id) : undefined;
    if (incident) await selectIncident(incident);
  };

  const scene = computed(() => ({
    mood: choice.mood, k: k.value, theme: choice.theme, hidden: choice.hidden,
    houses: {
      focus: areas.focus.value?.code ?? "", redGrids: redGrids.value,
      ...(selection.opened.value ? { opened: selection.opened.value.sheet.id } : {}),
    },
  }), );

  /** Puts the map into an element; its lifetime is the scope's. */
  const attach = (container: HTMLElement): void => {
    const map = new TownMap({
      container, scene: scene.value, camera: address.camera ?? wholeCity, reach: kind.reach, still,
      fetchTile: (tile, signal) => feed.tiles.fetch(tile, signal),
      listener: {
        tapped: (what) => void tapped(what),
        moved: look,
        pointed: (place) => (pointer.value = place),
        framed: (camera, metresPerPixel) => (frame.value = { camera, metresPerPixel }),
        failed: () => (trouble.value = Date.now()),
      },
    });
    town.value = map;
    follow(map);
  };

  /** Keeps the map showing what the page knows. */
  const follow = (map: TownMap): void => {
    const walk = new Walk(map);
    watch(scene, (next) => map.show(next));
    watch([incidents.all, incidents.categories, grids, redGrids, words.language, slow(now)], () => {
      showIncidents(map, { incidents: [...incidents.all.value.byID.values()], now: now.value, markOf, grids: grids.value });
    }, { immediate: true });
    watch(patrol, (next) => walk.set(next), { immediate: true });
    watch(areas.boundary, (division) => division?.geometry && map.fill("veil", [veilAround(division.geometry)]), { immediate: true });
    watch([areas.divisions, areas.tallies], () => map.states.set("divisions", "step", stepsOf(grids.value, areas.tallies.value)), { immediate: true });
    watch(areas.focus, (area) => area && !address.camera && home(), { once: true });
    watch([selection.identified, selection.opened], () => showSelection(map));
    watch([selection.opened, selection.floor], () => showStack(map));
    watch([() => choice.theme, () => choice.hidden, selection.selection, selection.floor], () => remember(map.camera));
    onScopeDispose(() => {
      walk.stop();
      map.remove();
    });
  };

  const showSelection = (map: TownMap): void => {
    const known = selection.identified.value;
    const grid = known?.chain?.filter(({ level }) => level <= gridLevel).at(-1);
    map.states.set("divisions", "selected", new Map(grid && grid.level >= 4 ? [[grid.id, true]] : []));
    const building = selection.opened.value ? undefined : known?.building;
    map.states.set("buildings", "selected", new Map(building ? [[building.id, true]] : []));
    const bare = known && !known.building && selection.selection.value?.kind === "place";
    map.fill("chosen", bare ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [known.lon, known.lat] } }] : []);
  };

  const showStack = (map: TownMap): void => {
    const building = selection.opened.value;
    if (!building) return map.fill("stack", []);
    const alarmed = new Set<number>();
    map.fill("stack", blocksOf({
      footprint: building.footprint, homes: building.homes, floors: selection.floors.value, chosen: selection.floor.value, alarmed,
    }));
  };

  const openBuilding = async (floor?: number): Promise<void> => {
    await selection.open(floor);
    const building = selection.opened.value;
    const corner = building?.footprint[0]?.[0];
    if (!building || !corner) return;
    const height = Math.max(12, selection.floors.value.length * 4.1);
    town.value?.go({ lon: corner[0], lat: corner[1], zoom: 19.4 - Math.log2(Math.max(1, height / 24)), pitch: 60, bearing: bearingOn(building.footprint) });
  };

  const home = (): void => {
    const area = areas.focus.value;
    if (!area) return;
    const [west, south, east, north] = area.envelope;
    if (east > west && north > south) town.value?.frame(area.envelope, { bearing: kind.bearing, pitch: kind.pitch, padding: 24 });
    else town.value?.go({ lon: area.lon, lat: area.lat, zoom: area.zoom });
  };

  const goHit = async ({ lon, lat, zoom, kind: what, envelope }: Hit): Promise<void> => {
    const wide = what === "divisions" && envelope[2] > envelope[0];
    if (wide) town.value?.frame(envelope);
    else town.value?.go({ lon, lat, zoom: Math.max(16.6, zoom || 0) });
    await selectPlace([lon, lat]);
  };

  const start = async (): Promise<void> => {
    void incidents.load();
    await areas.load();
    const chosen = address.selection;
    if (chosen?.kind === "place") await selectPlace([chosen.lon, chosen.lat]);
    if (chosen?.kind === "event") await restoreEvent(chosen.id);
    if (address.floor !== undefined) await openBuilding(address.floor);
  };
  const restoreEvent = async (id: number): Promise<void> => {
    if (incidents.state.value === "loading") await incidents.load();
    const incident = incidents.all.value.byID.get(id);
    if (incident) await selection.select({ kind: "event", id }, [incident.lon, incident.lat]);
  };

  return {
    client, now, choice, k, town, pointer, frame, trouble, areas, incidents, patrol, feed, selection, within,
    grids, redGrids, markOf, attach, start, home, goHit, selectPlace, selectIncident, openBuilding,
  };
}

export type Town = ReturnType<typeof createTown>;

const key: InjectionKey<Town> = Symbol("town");

export function provideTown(kind: PageKind): Town {
  const town = createTown(kind);
  provide(key, town);
  return town;
}

/** What the page that this component is on shares. */
export function useTown(): Town {
  const town = inject(key);
  if (!town) throw new Error("provideTown was not called");
  return town;
}

/** The time in steps of ten seconds: clocks run out slowly. */
function slow(now: Readonly<Ref<number>>) {
  return computed(() => Math.floor(now.value / 10_000));
}

function clamp([west, south, east, north]: Envelope): Envelope {
  return [Math.max(-180, west), Math.max(-85, south), Math.min(180, east), Math.min(85, north)];
}

function briefs(divisions: ReadonlyMap<string, { id: number; code: string; name: string; level: number; label?: unknown }>): Map<string, GridBrief> {
  const found = new Map<string, GridBrief>();
  for (const { id, code, name, level, label } of divisions.values()) {
    const place = (Array.isArray(label) ? label : (label as { coordinates?: unknown } | null)?.coordinates) as Place | undefined;
    if (level === gridLevel) found.set(code, { id, name, lon: place?.[0] ?? 0, lat: place?.[1] ?? 0 });
  }
  return found;
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
