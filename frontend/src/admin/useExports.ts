import { ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";

import type { Exports, FilingList, FilingOrder } from "../api/exports";
import { useDeed } from "../ui/useDeed";
import type { Deed } from "../ui/useDeed";
import { useOptional } from "../ui/useOptional";
import type { Reading } from "../ui/useReader";

export interface ExportDesk {
  /** Own ones and those that wait for somebody like the viewer, newest first. */
  readonly list: ShallowRef<FilingList>;
  readonly state: Ref<Reading>;
  readonly deed: Deed;
  read(): Promise<void>;
  /** Asks for a file; whether it was taken down. */
  ask(order: FilingOrder): Promise<boolean>;
  decide(id: number, verdict: "approve" | "refuse"): Promise<void>;
}

/**
 * Files that were asked for.
 *
 * @param lacks runs where this server gives no files out
 */
export function useExports(exports: Pick<Exports, "list" | "ask" | "decide">, lacks: () => void): ExportDesk {
  const list = shallowRef<FilingList>({ items: [], purposes: [] });
  const state = ref<Reading>("loading");
  const deed = useDeed();
  const read = useOptional(state, () => exports.list(), (found) => (list.value = found), lacks);
  const ask = async (order: FilingOrder): Promise<boolean> => {
    const done = await deed.run(() => exports.ask(order));
    await read();
    return done !== undefined;
  };
  const decide = async (id: number, verdict: "approve" | "refuse"): Promise<void> => {
    await deed.run(() => exports.decide(id, verdict));
    await read();
  };
  return { list, state, deed, read, ask, decide };
}

/** What can be taken along. */
export const exportKinds = ["people", "households", "dwellings", "buildings", "divisions", "events", "workers", "components", "devices", "cameras", "organisations", "service", "roads", "water", "green", "landuse"] as const;
