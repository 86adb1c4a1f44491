/**
 * What this screen knows from the feed, and how each frame changes it. Pure:
 * the socket and the map call these functions and obey.
 */
import type { Incident } from "./incident";

export interface Incidents {
  readonly byID: ReadonlyMap<number, Incident>;
  /** Last steps, newest first, for the live list. */
  readonly steps: readonly Step[];
  /** Revisions of events that are gone, so that a late frame does not bring one back. */
  readonly gone: ReadonlyMap<number, number>;
  /** What frames told of since a list was asked for: it may be older than they are. */
  readonly told: ReadonlySet<number>;
}

export interface Step {
  readonly key: string;
  readonly at: number;
  readonly incident: Incident;
}

export const noIncidents: Incidents = { byID: new Map(), steps: [], gone: new Map(), told: new Set() };

const stepsKept = 60;

/** An event as the wire has it; fields that are missing or of a wrong type make it no event. */
export function readIncident(data: unknown): Incident | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const raw = data as Record<string, unknown>;
  const place = (raw.geometry as { coordinates?: unknown } | null | undefined)?.coordinates;
  if (typeof raw.id !== "number" || !Array.isArray(place)) return undefined;
  const [lon, lat] = place as unknown[];
  if (typeof lon !== "number" || typeof lat !== "number") return undefined;
  return {
    id: raw.id, revision: numberOf(raw.revision), category: textOf(raw.category), title: textOf(raw.title),
    state: textOf(raw.state), urgent: raw.urgency === "urgent", area: textOf(raw.area), building: numberOf(raw.building),
    lon, lat, reportedAt: timeOf(raw.reported_at) || timeOf(raw.occurred_at), dueAt: timeOf(raw.due_at), closedAt: 0,
  };
}

/** Says that a list is asked for now: what frames tell from here on is not older than it. */
export function awaitList(state: Incidents): Incidents {
  return { ...state, told: new Set() };
}

/**
 * Begins anew from the list that was awaited, except for what frames told since.
 * Steps stay, so that the live list does not go blank.
 */
export function loadIncidents(state: Incidents, list: Iterable<Incident>): Incidents {
  const byID = new Map([...state.byID].filter(([id]) => state.told.has(id)));
  for (const incident of list) {
    if (state.told.has(incident.id)) continue;
    const held = state.byID.get(incident.id);
    byID.set(incident.id, held && held.revision > incident.revision ? held : incident);
  }
  return { ...state, byID, gone: new Map([...state.gone].filter(([id]) => state.told.has(id))) };
}

/** Forgets revisions, which another history counts anew; what is shown stays until a list replaces it. */
export function forgetRevisions(state: Incidents): Incidents {
  const byID = new Map([...state.byID].map(([id, incident]) => [id, { ...incident, revision: 0 }]));
  return { ...state, byID, gone: new Map(), told: new Set() };
}

/** Applies the new state of one event. A revision that is not newer changes nothing. */
export function applyIncident(state: Incidents, incident: Incident, now: number): Incidents {
  const held = state.byID.get(incident.id);
  if (held && held.revision >= incident.revision) return state;
  if ((state.gone.get(incident.id) ?? 0) >= incident.revision) return state;
  const closedAt = incident.state === "closed" ? held?.closedAt || now : 0;
  const next = { ...incident, closedAt };
  const byID = new Map(state.byID).set(next.id, next);
  const moved = !held || held.state !== next.state;
  const step = { key: `${next.id}.${next.revision}`, at: now, incident: next };
  const told = new Set(state.told).add(next.id);
  return { ...state, byID, told, steps: moved ? [step, ...state.steps].slice(0, stepsKept) : state.steps };
}

/** Applies a removal. */
export function removeIncident(state: Incidents, id: number, revision: number): Incidents {
  const held = state.byID.get(id);
  if (held && held.revision > revision) return state;
  const byID = new Map(state.byID);
  byID.delete(id);
  return { ...state, byID, gone: new Map(state.gone).set(id, revision), told: new Set(state.told).add(id) };
}

/** Drops what was closed more than ten minutes ago: it leaves the map. */
export function forgetClosed(state: Incidents, now: number): Incidents {
  const old = [...state.byID.values()].filter(({ closedAt }) => closedAt > 0 && now - closedAt > 600_000);
  if (old.length === 0) return state;
  const byID = new Map(state.byID);
  for (const { id } of old) byID.delete(id);
  return { ...state, byID };
}

/** The numbers of each division by code, as far as they are known. */
export type Tallies = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** Applies counters: each item replaces all numbers of its division; what is not in it is 0, or not to be known. What is gone has none. */
export function applyTallies(state: Tallies, items: readonly Readonly<Record<string, unknown>>[]): Tallies {
  const next = new Map(state);
  for (const { code, ...rest } of items) {
    if (typeof code !== "string") continue;
    next.delete(code);
    if (rest.gone === true) continue;
    const nested = typeof rest.counters === "object" && rest.counters !== null ? (rest.counters as Record<string, unknown>) : rest;
    const numbers = Object.entries(nested).filter((pair): pair is [string, number] => typeof pair[1] === "number");
    next.set(code, Object.fromEntries(numbers));
  }
  return next;
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Milliseconds since 1970; 0 for what is no time, or one that was never set. */
export function timeOf(value: unknown): number {
  const at = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(at) || at < 0 ? 0 : at;
}
