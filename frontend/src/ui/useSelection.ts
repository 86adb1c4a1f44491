import { computed, onScopeDispose, ref, shallowRef } from "vue";
import type { ComputedRef, Ref, ShallowRef } from "vue";

import { isElsewhere, Problem, unlessElsewhere } from "../api/client";
import type { Client } from "../api/client";
import type { BuildingSheet, Identified, Place, Thing } from "../api/types";
import type { Selection } from "../model/address";
import { placeOn } from "../model/measure";
import { homesOf } from "../model/stack";
import type { HomeBlock } from "../model/stack";
import type { Reading } from "./useReader";

export interface OpenedBuilding {
  readonly sheet: BuildingSheet;
  readonly footprint: readonly (readonly Place[])[];
  readonly homes: readonly HomeBlock[];
}

export interface SelectionDesk {
  readonly selection: ShallowRef<Selection | undefined>;
  readonly identified: ShallowRef<Identified | undefined>;
  /** What the selection names, if it is a thing and was read. */
  readonly thing: ShallowRef<Thing | undefined>;
  /** Missing: what is chosen does not exist, or not for this viewer. Elsewhere: the server does not hold it. */
  readonly state: Ref<Reading | "missing" | "elsewhere">;
  readonly opened: ShallowRef<OpenedBuilding | undefined>;
  readonly floor: Ref<number | undefined>;
  /** The home that is hovered or focused, in the table or on the map. */
  readonly home: Ref<number | undefined>;
  /** The home that was pressed. */
  readonly chosenHome: Ref<number | undefined>;
  readonly floors: ComputedRef<readonly number[]>;
  /** Chooses something and reads what is known of it. Without a place it is where it says itself, if anywhere. */
  select(selection: Selection, place?: Place): Promise<void>;
  again(): Promise<void>;
  /** Reads it again without a word: something about it may have changed. What cannot be read now stays as it was. */
  refresh(): Promise<void>;
  /** Reads it as one that no list holds any more; what is open of it stays open. */
  reread(): Promise<void>;
  /** Opens the building that is chosen. */
  open(floor?: number): Promise<void>;
  /** Whether opening it was tried in vain. */
  readonly openFailed: Ref<boolean>;
  /** How many levels back() can go. */
  readonly depth: ComputedRef<number>;
  /** Goes back one level: the home, the drawer, the building, the selection. False if nothing was chosen. */
  back(): boolean;
  clear(): void;
  moveFloor(by: 1 | -1): void;
}

/** What was asked of the server; aborted when something else is. */
interface Question {
  readonly place: Place | undefined;
  readonly abort: AbortController;
}

/** What is chosen: a place or an event, what the server knows about it, and the building if it was opened. */
export function useSelection(client: Client): SelectionDesk {
  const selection = shallowRef<Selection>();
  const identified = shallowRef<Identified>();
  const thing = shallowRef<Thing>();
  const state = ref<Reading | "missing" | "elsewhere">("ready");
  const opened = shallowRef<OpenedBuilding>();
  const floor = ref<number>();
  const home = ref<number>();
  const chosenHome = ref<number>();
  let asked: Question | undefined;
  onScopeDispose(() => asked?.abort.abort());

  const floors = computed(() => (opened.value?.sheet.floors_list ?? []).map((row) => row.floor).toSorted((a, b) => b - a));

  /** What something is itself, where the place does not say it. */
  const read = (chosen: Selection | undefined, place: Place | undefined, signal: AbortSignal): Promise<Thing> | undefined => {
    if (chosen?.kind === "thing") return client.thing(chosen.of, chosen.key, signal);
    return chosen?.kind === "event" && !place ? client.thing("events", String(chosen.id), signal) : undefined;
  };

  /** Reads what is chosen and shows it, unless something else was asked for meanwhile, or what was asked later is shown already. */
  let begun = 0;
  let shown = 0;
  const look = async ({ place, abort: { signal } }: Question): Promise<void> => {
    const mine = ++begun;
    const reading = read(selection.value, place, signal);
    const itself = place ? undefined : (await reading)?.geometry;
    const where = place ?? (itself ? placeOn(itself) : undefined);
    // What was read itself may lie where the server does not hold what is around it: such is the city of its county.
    const around = where && client.identify(where[0], where[1], signal);
    const [named, reply] = await Promise.all([reading, reading ? around?.catch(unlessElsewhere) : around]);
    if (signal.aborted || mine < shown) return;
    shown = mine;
    thing.value = named;
    identified.value = reply;
    state.value = "ready";
    renew(reply?.building ?? undefined);
  };
  /** Says of what is not there any more, or not held here, that it is not, and of what cannot be read now what `otherwise` says. */
  const fail = (why: unknown, { abort }: Question, otherwise: () => void): void => {
    if (abort.signal.aborted) return;
    const isMissing = why instanceof Problem && why.status === 404;
    if (!isMissing && !isElsewhere(why)) return otherwise();
    state.value = isMissing ? "missing" : "elsewhere";
    thing.value = identified.value = undefined;
    shut();
  };

  const ask = async (place: Place | undefined): Promise<void> => {
    asked?.abort.abort();
    const question = (asked = { place, abort: new AbortController() });
    state.value = "loading";
    await look(question).catch((why) => fail(why, question, () => (state.value = "failed")));
  };
  const refresh = async (): Promise<void> => {
    const question = asked;
    if (!question || state.value !== "ready") return;
    await look(question).catch((why) => fail(why, question, () => {})); // what is known stays; the next time may work
  };

  /** Has the opened building show its present state; one that stands here no more, or whose homes are not to be seen any more, is closed. */
  const renew = (sheet: BuildingSheet | undefined): void => {
    const held = opened.value;
    if (!held) return;
    if (sheet?.id === held.sheet.id && sheet.floors_list?.length) opened.value = { ...held, sheet, homes: homesOf(sheet.floors_list ?? [], held.footprint) };
    else shut();
  };

  const shut = () => {
    opened.value = undefined;
    floor.value = undefined;
    home.value = undefined;
    chosenHome.value = undefined;
  };

  const openFailed = ref(false);
  const open = async (at?: number): Promise<void> => {
    const sheet = identified.value?.building;
    if (!sheet?.floors_list?.length) return;
    openFailed.value = false;
    const geometry = await client.entity<{ geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon }>("buildings", sheet.id).then((read) => read.geometry, () => undefined);
    if (!geometry) return void (openFailed.value = identified.value?.building?.id === sheet.id);
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const footprint = (polygons[0] ?? []) as unknown as Place[][];
    if (identified.value?.building?.id !== sheet.id) return;
    opened.value = { sheet, footprint, homes: homesOf(sheet.floors_list, footprint) };
    floor.value = at;
  };

  const clear = () => {
    asked?.abort.abort();
    asked = undefined;
    shut();
    selection.value = undefined;
    thing.value = undefined;
    identified.value = undefined;
    openFailed.value = false;
    state.value = "ready";
  };

  const depth = computed(() => [selection.value, opened.value, floor.value, chosenHome.value].filter((level) => level !== undefined).length);
  const back = (): boolean => {
    if (chosenHome.value !== undefined) chosenHome.value = home.value = undefined;
    else if (floor.value !== undefined) floor.value = undefined;
    else if (opened.value) shut();
    else if (selection.value) clear();
    else return false;
    return true;
  };

  return {
    selection, identified, thing, state, opened, floor, home, chosenHome, floors, depth, open, openFailed, back, clear, refresh,
    select: async (chosen, place) => {
      shut();
      openFailed.value = false;
      thing.value = identified.value = undefined; // what is chosen now wears nothing of what was before
      selection.value = chosen;
      await ask(place);
    },
    again: async () => {
      if (asked) await ask(asked.place);
    },
    reread: () => ask(undefined),
    moveFloor: (by) => {
      const at = floor.value === undefined ? (by > 0 ? floors.value.length : -1) : floors.value.indexOf(floor.value);
      floor.value = floors.value[Math.min(floors.value.length - 1, Math.max(0, at - by))];
    },
  };
}
