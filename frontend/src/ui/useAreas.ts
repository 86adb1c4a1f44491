import { computed, onScopeDispose, ref, shallowRef } from "vue";
import type { ComputedRef, Ref, ShallowRef } from "vue";

import type { Client } from "../api/client";
import type { AreaBrief, Counters, Division, OwnArea } from "../api/types";
import { applyTallies } from "../model/feed";
import type { Tallies } from "../model/feed";
import type { GridBrief } from "../map/incidents";
import { repeated, shortGridName } from "../model/name";
import { useReader } from "./useReader";
import type { Reading } from "./useReader";

export interface Areas {
  /** The one area that the server holds; undefined if it holds everything, or until that is known. */
  readonly holds: Ref<OwnArea | undefined>;
  /** The area that this viewer's map begins with; its code is empty for all that is stored. */
  readonly focus: Ref<AreaBrief | undefined>;
  readonly boundary: ShallowRef<Division | undefined>;
  /** The divisions below the focus, by code: down to the grids, of a very large city down to the towns. */
  readonly divisions: ShallowRef<ReadonlyMap<string, Division>>;
  /** Others that somebody asked the name of, by code. */
  readonly learned: ShallowRef<ReadonlyMap<string, Division>>;
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
  /** Loads in a moment, once for all that asks meanwhile: divisions may be other than they were. */
  reloadSoon(): void;
  /** Takes numbers that the feed tells. */
  count(items: readonly Numbered[]): void;
}

/** A division's code and numbers, as the feed tells them. */
type Numbered = Readonly<Record<string, unknown>>;

const gridLevel = 5;
const townLevel = 3;
/** How many divisions a page holds at most. Of a larger city it holds the towns, and learns of the rest what it is asked for. */
const mostHeld = 20_000;
/** How many digits the code of a city, a town and a grid has. */
const cityDigits = 4;
const townDigits = 9;
const gridDigits = 15;
/** How soon a server that has nothing to show, or nothing that is divided, is asked again. */
const emptyPause = 5000;
/** How long news of divisions are gathered, so that a load of many is read once. */
const newsPause = 1000;

/** The focus area and the divisions below it, with their numbers. */
export function useAreas(client: Client): Areas {
  const holds = ref<OwnArea>();
  const focus = ref<AreaBrief>();
  const boundary = shallowRef<Division>();
  const divisions = shallowRef<ReadonlyMap<string, Division>>(new Map());
  const learned = shallowRef<ReadonlyMap<string, Division>>(new Map());
  const unplaced = shallowRef<readonly Division[]>([]);
  const tallies = shallowRef<Tallies>(new Map());
  const state = ref<Reading>("loading");
  const at = ref(0);
  const numbers = computed(() => tallies.value.get(focus.value?.code ?? "") ?? {});

  const told = new Set<string>(); // divisions whose numbers came by the feed since they were last asked for
  const take = (items: readonly Numbered[]) => {
    tallies.value = applyTallies(tallies.value, items);
    at.value = Date.now();
  };
  /** Whether there are other divisions in an area than when it was read, or it was never read and lies here. */
  const isNews = ({ code, divisions: n, gone }: Numbered) => {
    if (typeof code !== "string" || code.length > gridDigits) return false;
    const known = tallies.value.get(code);
    if (gone === true) return known !== undefined;
    if (n === undefined) return false;
    return known ? n !== known.divisions : code.startsWith(stemOf(focus.value?.code ?? ""));
  };
  const count = (items: readonly Numbered[]) => {
    if (complete.value && items.some(isNews)) reloadSoon();
    for (const { code } of items) if (typeof code === "string") told.add(code);
    take(items);
  };
  /** What was read may be older than what was told meanwhile. */
  const read = (items: readonly Numbered[]) => {
    const [older, rest] = [items.filter(({ code }) => told.has(String(code))), items.filter(({ code }) => !told.has(String(code)))];
    if (older.some(isNews)) reloadSoon();
    take(rest);
  };

  const complete = ref(false);
  const asked = new Set<string>();
  const learn = async (code: string): Promise<void> => {
    try {
      learned.value = new Map(learned.value).set(code, await client.divisionBrief(code));
    } catch {
      asked.delete(code); // the next drawing asks again
    }
  };
  const shared = computed(() => repeated([...divisions.value.values()].map(({ name }) => shortGridName(name))));
  const nameOf = (code: string): string => {
    const name = (divisions.value.get(code) ?? learned.value.get(code))?.name;
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
  let soon: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => {
    clearTimeout(later);
    clearTimeout(soon);
  });
  const reloadSoon = () => {
    soon ??= setTimeout(() => void load(), newsPause);
  };
  /** Asks again for the numbers of all that is stored: the feed tells none of it. */
  const poll = async (area: AreaBrief, current: () => boolean): Promise<void> => {
    const now = await client.status().catch(() => undefined);
    if (!current()) return;
    if (now?.area && !isSame(now.area, area)) return load();
    if (now?.counts) count([{ code: area.code, ...now.counts }]);
    later = setTimeout(() => void poll(area, current), emptyPause);
  };
  /** There is nothing to show; an import may be under way. */
  const empty = () => {
    focus.value = boundary.value = undefined;
    divisions.value = new Map();
    unplaced.value = [];
    later = setTimeout(() => void load(), emptyPause);
  };
  const load: () => Promise<void> = useReader(state, async (current) => {
    clearTimeout(later);
    clearTimeout(soon);
    soon = undefined;
    told.clear();
    const { area, counts, holds: held } = await client.status();
    if (!current()) return;
    holds.value = held;
    if (!area) return empty();
    const isWhole = area.code === "";
    const division = isWhole ? undefined : await client.division(area.code);
    if (!current()) return;
    [focus.value, boundary.value] = [area, division];
    read([{ code: area.code, ...(division?.counters ?? counts) }]);
    const isVast = (numbers.value.divisions ?? 0) > mostHeld;
    // Which divisions nobody has placed only a server knows that holds all of them.
    const [below, stray] = await Promise.all([client.divisions({ under: area.code, down_to: isVast ? townLevel : gridLevel }), held ? [] : client.unplaced()]);
    if (!current()) return;
    divisions.value = new Map(below.map((one) => [one.code, one]));
    unplaced.value = stray;
    read([...below, ...stray].map(({ code, counters }) => ({ code, ...counters })));
    complete.value = true;
    if (isWhole) later = setTimeout(() => void poll(area, current), emptyPause);
  });

  return { holds, focus, boundary, divisions, learned, unplaced, tallies, numbers, state, at, nameOf, load, reloadSoon, count };
}

/** What the codes in an area begin with; its counties have not the city's own digits. */
function stemOf(code: string): string {
  return code.length === cityDigits ? code.slice(0, 2) : code;
}

/** Whether two are framed and titled alike. */
function isSame(a: AreaBrief, b: AreaBrief): boolean {
  return a.code === b.code && a.name === b.name && a.over.code === b.over.code && a.over.name === b.over.name && a.envelope.every((side, i) => side === b.envelope[i]);
}

/** The grids among divisions that are somewhere, by code. */
export function gridsOf(divisions: ReadonlyMap<string, Division>): Map<string, GridBrief> {
  return new Map([...divisions.values()].flatMap(({ level, code, id, name, place }): [string, GridBrief][] => {
    if (level !== gridLevel || !place) return [];
    return [[code, { id, name: shortGridName(name), lon: place[0], lat: place[1] }]];
  }));
}

export { gridLevel };
