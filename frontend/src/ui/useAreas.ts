import { computed, onScopeDispose, ref, shallowRef } from "vue";
import type { ComputedRef, Ref, ShallowRef } from "vue";

import type { Client } from "../api/client";
import type { AreaBrief, Counters, Division, Place } from "../api/types";
import { applyTallies } from "../model/feed";
import type { Tallies } from "../model/feed";
import type { GridBrief } from "../map/incidents";
import { repeated, shortGridName } from "../model/name";
import { useReader } from "./useReader";
import type { Reading } from "./useReader";

export interface Areas {
  /** The area that this viewer's map begins with; its code is empty for all that is stored. */
  readonly focus: Ref<AreaBrief | undefined>;
  readonly boundary: ShallowRef<Division | undefined>;
  /** Every known division below the focus, by code. */
  readonly divisions: ShallowRef<ReadonlyMap<string, Division>>;
  /** Those of which nobody said who manages them, wherever they are. */
  readonly unplaced: ShallowRef<readonly Division[]>;
  readonly tallies: ShallowRef<Tallies>;
  readonly numbers: ComputedRef<Counters>;
  readonly state: Ref<Reading>;
  /** When the numbers were read or last moved. */
  readonly at: Ref<number>;
  /** The short name of any area, near or far; empty until it is known. In full with its town where two are called the same. Never a code. */
  nameOf(code: string): string;
  load(): Promise<void>;
  count(items: readonly Readonly<Record<string, unknown>>[]): void;
}

const gridLevel = 5;
/** How many digits of a code name the town. */
const townDigits = 9;
/** How soon a server that has nothing to show, or nothing that is divided, is asked again: an import may be under way. */
const emptyPause = 5000;

/** The focus area and the divisions below it, with their numbers. */
export function useAreas(client: Client): Areas {
  const focus = ref<AreaBrief>();
  const boundary = shallowRef<Division>();
  const divisions = shallowRef<ReadonlyMap<string, Division>>(new Map());
  const unplaced = shallowRef<readonly Division[]>([]);
  const tallies = shallowRef<Tallies>(new Map());
  const state = ref<Reading>("loading");
  const at = ref(0);
  const numbers = computed(() => tallies.value.get(focus.value?.code ?? "") ?? {});

  const told = new Set<string>(); // divisions whose numbers came by the feed since they were last asked for
  const take = (items: readonly Readonly<Record<string, unknown>>[]) => {
    tallies.value = applyTallies(tallies.value, items);
    at.value = Date.now();
  };
  const count = (items: readonly Readonly<Record<string, unknown>>[]) => {
    for (const { code } of items) if (typeof code === "string") told.add(code);
    take(items);
  };
  /** What was read may be older than what was told meanwhile. */
  const read = (items: readonly ({ readonly code: string } & Readonly<Record<string, unknown>>)[]) => take(items.filter(({ code }) => !told.has(code)));

  const complete = ref(false);
  /** Adds the divisions below some to those found; shows them as they come while there are none yet. */
  const descend = async (parents: readonly string[], found: Map<string, Division>, current: () => boolean): Promise<void> => {
    const children = (await Promise.all(parents.map((parent) => client.children(parent)))).flat();
    if (!current()) return;
    for (const division of children) found.set(division.code, division);
    if (!complete.value) divisions.value = new Map(found);
    read(children.map(({ code, counters }) => ({ code, ...counters })));
    const below = children.filter((division) => division.level < gridLevel).map(({ code }) => code);
    if (below.length > 0) await descend(below, found, current);
  };

  const names = shallowRef<ReadonlyMap<string, string>>(new Map());
  const asked = new Set<string>();
  const learn = async (code: string): Promise<void> => {
    try {
      const { name } = await client.areaName(code);
      names.value = new Map(names.value).set(code, name);
    } catch {
      asked.delete(code); // the next drawing asks again
    }
  };
  const shared = computed(() => repeated([...divisions.value.values()].map(({ name }) => shortGridName(name))));
  const nameOf = (code: string): string => {
    const name = divisions.value.get(code)?.name ?? names.value.get(code);
    if (name !== undefined) {
      const short = shortGridName(name);
      return shared.value.has(short) ? [divisions.value.get(code.slice(0, townDigits))?.name, name].filter(Boolean).join(" ") : short;
    }
    // What lies below the focus comes with it; only what is elsewhere is asked for.
    if (code !== "" && complete.value && !asked.has(code)) {
      asked.add(code);
      void learn(code);
    }
    return "";
  };

  let later: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(later));
  /** Takes all that is stored, of which the feed tells no numbers: they are asked for again. */
  const takeWhole = async (area: AreaBrief, counts: Counters, current: () => boolean): Promise<void> => {
    boundary.value = undefined;
    read([{ code: area.code, ...counts }]);
    const [all, stray] = await Promise.all([client.divisions(), client.unplaced()]);
    if (!current()) return;
    unplaced.value = stray;
    read(all.map(({ code, counters }) => ({ code, ...counters })));
    divisions.value = new Map(all.filter(({ level }) => level <= gridLevel).map((division) => [division.code, division]));
    complete.value = true;
    later = setTimeout(() => void again(area, current), emptyPause);
  };
  const again = async (area: AreaBrief, current: () => boolean): Promise<void> => {
    const now = await client.status().catch(() => undefined);
    if (!current()) return;
    if (now?.area && !isSame(now.area, area)) return load();
    if (now?.counts) take([{ code: area.code, ...now.counts }]);
    later = setTimeout(() => void again(area, current), emptyPause);
  };
  const load: () => Promise<void> = useReader(state, async (current) => {
    clearTimeout(later);
    told.clear();
    const { area, counts } = await client.status();
    if (!current()) return;
    if (!area) return void (later = setTimeout(() => void load(), emptyPause)); // nothing to show yet
    focus.value = area;
    if (area.code === "") return takeWhole(area, counts ?? {}, current);
    const [division, own] = await Promise.all([client.division(area.code), client.counters(area.code)]);
    if (!current()) return;
    boundary.value = division;
    read([{ code: area.code, ...division.counters, ...own }]);
    state.value = "ready";
    const found = new Map<string, Division>();
    await descend([area.code], found, current);
    if (!current()) return;
    divisions.value = found; // and what was removed is no longer in it
    complete.value = true;
    const stray = await client.unplaced();
    if (current()) unplaced.value = stray;
  });

  return { focus, boundary, divisions, unplaced, tallies, numbers, state, at, nameOf, load, count };
}

/** Whether two are framed and titled alike. */
function isSame(a: AreaBrief, b: AreaBrief): boolean {
  return a.code === b.code && a.name === b.name && a.envelope.every((side, i) => side === b.envelope[i]);
}

/** The place of a division's label, however it is written. */
export function labelPlace({ label }: Pick<Division, "label">): Place | undefined {
  if (!label) return undefined;
  return "coordinates" in label ? label.coordinates : label;
}

/** The grids among divisions, by code. */
export function gridsOf(divisions: ReadonlyMap<string, Division>): Map<string, GridBrief> {
  const grids = [...divisions.values()].filter(({ level }) => level === gridLevel);
  return new Map(grids.map((grid) => {
    const [lon, lat] = labelPlace(grid) ?? [0, 0];
    return [grid.code, { id: grid.id, name: shortGridName(grid.name), lon, lat }];
  }));
}

export { gridLevel };
