import { watch } from "vue";
import type { ShallowRef } from "vue";

import type { Client } from "../api/client";
import type { Division, Hit, Place } from "../api/types";
import type { Tapped } from "../map/pick";
import { housesFrom } from "../map/style";
import type { TownMap } from "../map/town";
import type { Address, Camera, Selection } from "../model/address";
import type { Incident } from "../model/incident";
import { placeOn } from "../model/measure";
import { bearingOn } from "../model/stack";
import { useClimb } from "./useClimb";
import type { Climb } from "./useClimb";
import type { Areas } from "./useAreas";
import type { IncidentDesk } from "./useIncidents";
import type { SelectionDesk } from "./useSelection";
import { placeOfBuilding } from "./useWithin";

export interface Guided {
  readonly client: Client;
  readonly town: ShallowRef<TownMap | undefined>;
  readonly areas: Areas;
  readonly incidents: IncidentDesk;
  readonly selection: SelectionDesk;
  readonly address: Address;
  /** When what the page begins with was read. */
  readonly ready: Promise<void>;
  readonly bearing: number;
  readonly pitch: number;
  readonly closer: number;
}

export interface Guide extends Pick<Climb, "climb" | "height"> {
  tapped(what: Tapped): Promise<void>;
  selectPlace(place: Place): Promise<void>;
  selectIncident(incident: Incident): Promise<void>;
  /** Selects something by its kind and its id, or the code of a division; buildings by the house itself. */
  selectThing(of: string, key: string, place: Place): Promise<void>;
  /** Opens a home: its building drawn out, its floor, and who is registered there. */
  selectHome(home: { building: number; dwelling: number; floor: number }): Promise<void>;
  /** Shows a division, or says what is known of one that has no place. */
  selectDivision(division: Division): Promise<void>;
  /** The same by its code. */
  goDivision(code: string): Promise<void>;
  goHit(hit: Hit): Promise<void>;
  openBuilding(floor?: number): Promise<void>;
  /** Shows the whole area. */
  home(): void;
  /** Closes all that is open; the camera returns from a building. */
  close(): void;
  /** Closes what is open of a building; with the building itself the camera returns to where it was. */
  backFromBuilding(): void;
  /** Selects what a link names, or says that it is not there; goes to it unless the link says where to look from. Opens the floor that it names. */
  restore(link: Link): Promise<void>;
  /** Restores what the page's address names, once there is something to show. */
  start(): Promise<void>;
}

/** What a link says of what to show. */
type Link = Pick<Address, "selection" | "camera" | "floor">;

const closeUp = 16.2;
/** How near a division of each level is looked at. */
const zooms: Readonly<Record<number, number>> = { 1: 7, 2: 9, 3: 12, 4: 15.2, 5: 16 };
const countyDigits = 6;
const floorPitch = 4.1;

/** The level that the length of a division's code stands for. */
function levelOf(code = ""): number {
  return [4, 6, 9, 12, 15, 17].indexOf(code.length) + 1;
}

/** Takes the camera and the selection to where the user points. */
export function useGuide({ client, town, areas, incidents, selection, address, ready, bearing, pitch, closer }: Guided): Guide {
  const selectPlace = (place: Place): Promise<void> => selection.select({ kind: "place", lon: place[0], lat: place[1] }, place);

  const selectIncident = async ({ id, lon, lat }: Incident): Promise<void> => {
    const near = (town.value?.camera.zoom ?? 0) >= closeUp - 1;
    town.value?.go({ lon, lat, ...(near ? {} : { zoom: closeUp }) });
    await selection.select({ kind: "event", id }, [lon, lat]);
  };

  const openCluster = (map: TownMap, [lon, lat]: Place, far: boolean) => map.go({ lon, lat, zoom: map.camera.zoom + (far ? 2 : 1.4) });

  const tapped = async (what: Tapped): Promise<void> => {
    if (what.kind === "cluster" && town.value) openCluster(town.value, what.place, what.far);
    if (what.kind === "home") {
      selection.floor.value = what.floor;
      selection.chosenHome.value = selection.home.value = what.home || undefined;
    }
    if (what.kind === "place") await selectPlace(what.place);
    const incident = what.kind === "event" ? incidents.all.value.byID.get(what.id) : undefined;
    if (incident) await selectIncident(incident);
  };

  const selectThing = async (of: string, key: string, place: Place): Promise<void> => {
    const incident = of === "events" ? incidents.all.value.byID.get(Number(key)) : undefined;
    if (incident) return selectIncident(incident);
    if (of !== "buildings") return selection.select({ kind: "thing", of, key, at: place }, place);
    // The point of a bent building may lie on its neighbour.
    await selectPlace((await placeOfBuilding(client, Number(key)).catch(() => undefined)) ?? place);
  };

  const selectHome = async ({ building, dwelling, floor }: { building: number; dwelling: number; floor: number }): Promise<void> => {
    const place = await placeOfBuilding(client, building).catch(() => undefined);
    if (!place) return;
    const camera = selection.opened.value ? before : town.value?.camera;
    town.value?.go({ lon: place[0], lat: place[1], zoom: closeUp + 1 });
    const read = selectPlace(place);
    before = camera;
    const mine = selection.selection.value;
    const isMine = () => selection.selection.value === mine; // somebody may have tapped elsewhere meanwhile
    await read;
    if (isMine()) await openBuilding(floor);
    if (isMine()) selection.chosenHome.value = dwelling;
  };

  const { descend, climb, height } = useClimb(selection, town);
  const selectDivision = async (division: Division): Promise<void> => {
    const { place } = division;
    const read = descend({ kind: "thing", of: "divisions", key: division.code, ...(place ? { at: place } : {}) }, place);
    if (place) town.value?.go({ lon: place[0], lat: place[1], zoom: zooms[division.level] ?? closeUp });
    await read;
  };

  const goDivision = async (code: string): Promise<void> => {
    const division = await client.divisionBrief(code).catch(() => undefined);
    await (division ? selectDivision(division) : descend({ kind: "thing", of: "divisions", key: code }));
  };

  const goHit = async ({ id, code, lon, lat, zoom, kind, envelope, on_map: shown }: Hit): Promise<void> => {
    if (shown === false) {
      if (code && code === areas.focus.value?.code) home(); // a city may have no border, but its counties have
      return selection.select({ kind: "thing", of: kind, key: code || String(id) });
    }
    const wide = kind === "divisions" && envelope[2] > envelope[0];
    if (wide) town.value?.frame(envelope);
    else town.value?.go({ lon, lat, zoom: (kind === "divisions" && zooms[levelOf(code)]) || Math.max(closeUp, zoom || 0) });
    await selectThing(kind, kind === "divisions" && code ? code : String(id), [lon, lat]);
  };

  // Where the camera was before it looked at a building: there it returns when that is closed.
  let before: Camera | undefined;
  watch(selection.selection, () => (before = undefined), { flush: "sync" });
  const openBuilding = async (floor?: number): Promise<void> => {
    const camera = before ?? town.value?.camera;
    await selection.open(floor);
    const building = selection.opened.value;
    if (!building) return;
    before = camera;
    town.value?.stand(building.footprint[0] ?? [], Math.max(16, selection.floors.value.length * floorPitch + 5), bearingOn(building.footprint));
  };

  const close = (): void => {
    const camera = selection.opened.value ? before : undefined;
    selection.clear();
    if (camera) town.value?.go(camera);
  };

  const backFromBuilding = (): void => {
    selection.back();
    if (selection.opened.value) return;
    if (before) town.value?.go(before);
    before = undefined;
  };

  const home = (): void => {
    const area = areas.focus.value;
    if (!area) return;
    const [west, south, east, north] = area.envelope;
    const isWide = area.code.length < countyDigits; // a city, or all that is stored, has no middle where most of it happens
    if (east > west && north > south) town.value?.frame(area.envelope, { bearing, pitch, padding: 16, reach: housesFrom, ...(isWide ? {} : { closer, towards: [area.lon, area.lat] }) });
    else town.value?.go({ lon: area.lon, lat: area.lat, zoom: area.zoom });
  };

  /** Where a link's selection says that it is, before it was read. */
  const placeOf = (chosen: Selection): Place | undefined => {
    if (chosen.kind === "place") return [chosen.lon, chosen.lat];
    if (chosen.kind === "thing") return chosen.at;
    const incident = incidents.all.value.byID.get(chosen.id);
    return incident && [incident.lon, incident.lat];
  };
  const restore = async (link: Link): Promise<void> => {
    await choose(link);
    if (link.floor !== undefined) await openBuilding(link.floor);
  };
  const choose = async ({ selection: chosen, camera }: Link): Promise<void> => {
    if (!chosen) return;
    const home = chosen.kind === "thing" && chosen.of === "dwellings" ? await client.thing(chosen.of, chosen.key).catch(() => undefined) : undefined;
    if (home?.building) return selectHome({ building: home.building, dwelling: home.id, floor: home.floor ?? 0 });
    const said = placeOf(chosen);
    if (!said && chosen.kind === "thing" && chosen.of === "buildings") {
      const inside = await placeOfBuilding(client, Number(chosen.key)).catch(() => undefined);
      if (inside) return choose({ selection: { kind: "place", lon: inside[0], lat: inside[1] }, ...(camera ? { camera } : {}) });
    }
    await selection.select(chosen, said);
    const thing = selection.thing.value;
    const place = said ?? thing?.place ?? (thing?.geometry ? placeOn(thing.geometry) : undefined);
    const zoom = zooms[thing?.level ?? 0] ?? closeUp;
    if (place && !camera && selection.selection.value === chosen) town.value?.go({ lon: place[0], lat: place[1], zoom });
  };

  // The event that somebody looks at may be closed and forgotten, or removed, meanwhile.
  const listed = () => {
    const chosen = selection.selection.value;
    return chosen?.kind === "event" && incidents.all.value.byID.has(chosen.id) ? chosen : undefined;
  };
  watch(listed, (now, before) => {
    if (!now && before && selection.selection.value === before) void selection.reread();
  });

  // And so may the division.
  watch(areas.divisions, () => {
    const chosen = selection.selection.value;
    if (chosen?.kind === "thing" && chosen.of === "divisions") void selection.again();
  });

  const start = async (): Promise<void> => {
    await ready;
    await restore(address);
  };

  return { tapped, selectPlace, selectIncident, selectThing, selectHome, selectDivision, goDivision, goHit, openBuilding, close, backFromBuilding, home, restore, start, climb, height };
}
