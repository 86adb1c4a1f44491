/** Puts events on the map, and their grids into state. */
import type { Incident } from "../model/incident";
import { gridStates, toneOf } from "../model/incident";
import type { TownMap } from "./town";

export interface GridBrief {
  readonly id: number;
  readonly name: string;
  readonly lon: number;
  readonly lat: number;
}

export interface IncidentView {
  readonly incidents: readonly Incident[];
  readonly now: number;
  /** The character, or the letters, of a category. */
  readonly markOf: (category: string) => string;
  /** Grids by code, as far as they are known. */
  readonly grids: ReadonlyMap<string, GridBrief>;
}

export function showIncidents(town: TownMap, { incidents, now, markOf, grids }: IncidentView): void {
  const points = incidents.map((incident) => ({ tone: toneOf(incident, now), point: pointOf(incident, now, markOf) }));
  town.fill("burning", points.filter(({ tone }) => tone === "red").map(({ point }) => point));
  town.fill("calm", points.filter(({ tone }) => tone !== "red").map(({ point }) => point));
  const states = [...gridStates(incidents, now)].flatMap(([code, state]) => {
    const grid = grids.get(code);
    return grid ? [{ grid, state }] : [];
  });
  const byGrid = new Map(states.map(({ grid, state }) => [grid.id, state]));
  town.states.set("divisions", "state", byGrid);
  town.states.set("division_labels", "state", byGrid);
  town.fill("state-labels", states.map(({ grid, state }) => ({
    type: "Feature", properties: { name: grid.name, state }, geometry: { type: "Point", coordinates: [grid.lon, grid.lat] },
  })));
}

function pointOf(incident: Incident, now: number, markOf: (category: string) => string): GeoJSON.Feature {
  return {
    type: "Feature", id: incident.id,
    properties: { id: incident.id, tone: toneOf(incident, now), mark: markOf(incident.category) },
    geometry: { type: "Point", coordinates: [incident.lon, incident.lat] },
  };
}
