import { onScopeDispose } from "vue";
import type { Ref } from "vue";

import { backoff } from "../api/backoff";

export type Reading = "loading" | "ready" | "failed";

/**
 * Reads something until it works: again after growing pauses when it fails, for
 * as long as the scope lives. A newer call takes the place of one under way.
 *
 * @param read reads and shows; `current` says whether what was read is still wanted
 */
export function useReader(state: Ref<Reading>, read: (current: () => boolean) => Promise<void>): () => Promise<void> {
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const load = async (attempt = 0): Promise<void> => {
    clearTimeout(timer);
    const mine = ++turn;
    const current = () => mine === turn;
    try {
      await read(current);
      if (current()) state.value = "ready";
    } catch {
      if (!current()) return;
      state.value = "failed";
      timer = setTimeout(() => void load(attempt + 1), 2 * backoff(attempt, Math.random()));
    }
  };
  onScopeDispose(() => {
    turn++;
    clearTimeout(timer);
  });
  return () => load();
}
