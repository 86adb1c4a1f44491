import type { Ref } from "vue";

import { Problem } from "../api/wire";
import { useReader } from "./useReader";
import type { Reading } from "./useReader";

/**
 * Reads what may not be there for this viewer.
 *
 * @param found runs with what was read
 * @param lacks runs where there is nothing of it
 */
export function useOptional<T>(state: Ref<Reading>, read: () => Promise<T>, found: (what: T) => void, lacks: () => void): () => Promise<void> {
  return useReader(state, async (current) => {
    try {
      const what = await read();
      if (current()) found(what);
    } catch (why) {
      if (!(why instanceof Problem && why.status === 404)) throw why;
      if (current()) lacks();
    }
  });
}
