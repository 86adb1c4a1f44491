import { ref, shallowReactive, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";

import type { Trail, TrailPage, TrailQuery, TrailRow } from "../api/trail";
import { useOptional } from "../ui/useOptional";
import type { Reading } from "../ui/useReader";

const page = 100;
export const everything: TrailQuery = { actor: "", action: "", object: "", result: "", from: "", until: "" };

export interface TrailDesk {
  /** Newest first. */
  readonly rows: ShallowRef<readonly TrailRow[]>;
  readonly state: Ref<Reading>;
  readonly hasMore: Ref<boolean>;
  /** What the rows that are shown answer. */
  readonly query: ShallowRef<TrailQuery>;
  /** Accounts that rows name, by id. */
  readonly accounts: ReadonlyMap<string, { readonly login: string; readonly name: string }>;
  /** Asks for the first page. */
  ask(query: TrailQuery): Promise<void>;
  more(): Promise<void>;
}

/**
 * Rows of the audit that a query selects.
 *
 * @param lacks runs where this viewer audits a part: rows do not say in whose area they were
 */
export function useTrail(trail: Pick<Trail, "rows">, lacks: () => void): TrailDesk {
  const rows = shallowRef<readonly TrailRow[]>([]);
  const state = ref<Reading>("loading");
  const hasMore = ref(false);
  const query = shallowRef<TrailQuery>(everything);
  const accounts = shallowReactive(new Map<string, { readonly login: string; readonly name: string }>());
  let before = 0;

  const show = (read: TrailPage): void => {
    for (const [id, account] of Object.entries(read.accounts)) accounts.set(id, account);
    rows.value = before ? [...rows.value, ...read.items] : read.items;
    hasMore.value = read.items.length === page;
  };
  const load = useOptional(state, () => trail.rows(query.value, before, page), show, lacks);
  const ask = (asked: TrailQuery): Promise<void> => {
    [query.value, before] = [asked, 0];
    state.value = "loading";
    return load();
  };
  const more = (): Promise<void> => {
    before = rows.value.at(-1)?.id ?? 0;
    return load();
  };
  return { rows, state, hasMore, query, accounts, ask, more };
}

/** Kinds and verbs of an action, such as people and unmask. */
export function partsOf(action: string): { readonly kind: string; readonly verb: string } {
  const dot = action.indexOf(".");
  return dot < 0 ? { kind: action, verb: "" } : { kind: action.slice(0, dot), verb: action.slice(dot + 1) };
}

/** What a row is about, such as accounts and 17; empty where it names nothing. */
export function objectOf(object: string): { readonly kind: string; readonly id: string } {
  const slash = object.indexOf("/");
  return slash < 0 ? { kind: object, id: "" } : { kind: object.slice(0, slash), id: object.slice(slash + 1) };
}

/** What actions begin with, to choose from. */
export const actions = [
  "session.", "signins.", "accounts.", "posts.", "standins.", "setups.", "tokens.", "proposals.", "roles.", "people.unmask", "people.", "dwellings.", "households.", "buildings.", "events.", "divisions.", "devices.", "workers.", "exports.", "settings.", "loads.", "audit.", "keys.", "epochs.", "rate.",
] as const;
