/**
 * What an event means to whoever looks at the map. One rule for the list, the
 * counters and the map, so that they always agree.
 */

export interface Incident {
  readonly id: number;
  readonly revision: number;
  readonly category: string;
  readonly title: string;
  readonly state: string;
  readonly urgent: boolean;
  readonly area: string;
  readonly building: number;
  readonly lon: number;
  readonly lat: number;
  /** Milliseconds since 1970; dueAt is 0 where no time is set. */
  readonly reportedAt: number;
  readonly dueAt: number;
  /** When it was closed as far as this screen saw it; 0 while open. */
  readonly closedAt: number;
}

/** red: urgent or overdue · amber: near its limit · blue: new · green: in hand and in time · closed. */
export type Tone = "red" | "amber" | "blue" | "green" | "closed";

export const tones: readonly Tone[] = ["red", "amber", "blue", "green", "closed"];

const nearLimit = 0.8;

/** How an event stands at a moment. */
export function toneOf(incident: Incident, now: number): Tone {
  if (incident.state === "closed") return "closed";
  if (incident.urgent || isOverdue(incident, now)) return "red";
  if (usedShare(incident, now) >= nearLimit) return "amber";
  return incident.state === "reported" || incident.state === "dispatched" ? "blue" : "green";
}

export function isOverdue(incident: Incident, now: number): boolean {
  return incident.state !== "closed" && incident.dueAt > 0 && now > incident.dueAt;
}

function usedShare({ reportedAt, dueAt }: Incident, now: number): number {
  return dueAt > reportedAt ? (now - reportedAt) / (dueAt - reportedAt) : 0;
}

/** Red before amber before blue before green; within a tone whoever is due first. */
export function byNeed(now: number): (a: Incident, b: Incident) => number {
  const rank = (incident: Incident) => tones.indexOf(toneOf(incident, now));
  return (a, b) => rank(a) - rank(b) || (a.dueAt || Infinity) - (b.dueAt || Infinity) || a.id - b.id;
}

/** Grids in state by code: red holds an urgent or overdue event, amber one near its limit. */
export function gridStates(incidents: Iterable<Incident>, now: number): Map<string, "red" | "amber"> {
  const states = new Map<string, "red" | "amber">();
  for (const incident of incidents) {
    const grid = incident.area.slice(0, gridCodeLength);
    const tone = toneOf(incident, now);
    if (grid.length < gridCodeLength) continue;
    if (tone === "red") states.set(grid, "red");
    if (tone === "amber" && !states.has(grid)) states.set(grid, "amber");
  }
  return states;
}

const gridCodeLength = 15;
