/** 户室表: the homes of a building as a table of floors and units. */
import type { Floor, Home } from "../api/types";

export interface Matrix {
  readonly units: readonly { readonly unit: number; readonly width: number }[];
  /** From the top floor down; cells are in the order of the units, absent homes are undefined. */
  readonly rows: readonly { readonly floor: number; readonly cells: readonly (Home | undefined)[] }[];
}

/** Lines homes up so that each unit has as many columns as its widest floor. */
export function matrixOf(floors: readonly Floor[]): Matrix {
  const widths = new Map<number, number>();
  for (const { homes } of floors) {
    for (const [unit, list] of byUnit(homes)) widths.set(unit, Math.max(widths.get(unit) ?? 0, list.length));
  }
  const units = [...widths].sort(([a], [b]) => a - b).map(([unit, width]) => ({ unit, width }));
  const rows = floors.toSorted((a, b) => b.floor - a.floor).map(({ floor, homes }) => {
    const lists = byUnit(homes);
    return { floor, cells: units.flatMap(({ unit, width }) => padded(lists.get(unit) ?? [], width)) };
  });
  return { units, rows };
}

function byUnit(homes: readonly Home[]): Map<number, Home[]> {
  const lists = new Map<number, Home[]>();
  for (const home of homes) lists.set(home.unit, [...(lists.get(home.unit) ?? []), home]);
  for (const list of lists.values()) list.sort((a, b) => a.room.localeCompare(b.room, "en", { numeric: true }));
  return lists;
}

function padded(homes: readonly Home[], width: number): (Home | undefined)[] {
  return Array.from({ length: width }, (_, i) => homes[i]);
}

/** Homes by state, for the legend and the ledger. */
export function statesOf(floors: readonly Floor[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { homes } of floors) for (const { state } of homes) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
