import type { ShallowRef } from "vue";

import type { Client } from "../api/client";
import type { Hit, Place } from "../api/types";
import type { Tapped } from "../map/pick";
import type { TownMap } from "../map/town";
import type { Address, Selection } from "../model/address";
import type { Incident } from "../model/incident";
import { bearingOn } from "../model/stack";
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

export interface Guide {
  tapped(what: Tapped): Promise<void>;
  selectPlace(place: Place): Promise<void>;
  selectIncident(incident: Incident): Promise<void>;
  goHit(hit: Hit): Promise<void>;
  openBuilding(floor?: number): Promise<void>;
  /** Shows the whole area. */
  home(): void;
  /** Selects what a link names; an event that is not open any more selects nothing. */
  restore(selection: Selection): Promise<void>;
  /** Restores what the page's address names, once there is something to show. */
  start(): Promise<void>;
}

const closeUp = 16.2;
const floorPitch = 4.1;

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

  const goHit = async ({ id, lon, lat, zoom, kind, envelope, on_map: shown }: Hit): Promise<void> => {
    if (shown === false) return;
    const wide = kind === "divisions" && envelope[2] > envelope[0];
    if (wide) town.value?.frame(envelope);
    else town.value?.go({ lon, lat, zoom: Math.max(closeUp, zoom || 0) });
    // The point of a bent building may lie on its neighbour.
    const within = kind === "buildings" ? await placeOfBuilding(client, id).catch(() => undefined) : undefined;
    await selectPlace(within ?? [lon, lat]);
  };

  const openBuilding = async (floor?: number): Promise<void> => {
    await selection.open(floor);
    const building = selection.opened.value;
    if (!building) return;
    town.value?.stand(building.footprint[0] ?? [], Math.max(16, selection.floors.value.length * floorPitch + 5), bearingOn(building.footprint));
  };

  const home = (): void => {
    const area = areas.focus.value;
    if (!area) return;
    const [west, south, east, north] = area.envelope;
    if (east > west && north > south) town.value?.frame(area.envelope, { bearing, pitch, padding: 16, closer, towards: [area.lon, area.lat] });
    else town.value?.go({ lon: area.lon, lat: area.lat, zoom: area.zoom });
  };

  const restore = async (chosen: Selection): Promise<void> => {
    if (chosen.kind === "place") return selectPlace([chosen.lon, chosen.lat]);
    const incident = incidents.all.value.byID.get(chosen.id);
    if (incident) await selection.select(chosen, [incident.lon, incident.lat]);
  };

  const start = async (): Promise<void> => {
    await ready;
    if (address.selection) await restore(address.selection);
    if (address.floor !== undefined) await openBuilding(address.floor);
  };

  return { tapped, selectPlace, selectIncident, goHit, openBuilding, home, restore, start };
}
