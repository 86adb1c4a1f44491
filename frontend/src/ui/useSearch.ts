import { onScopeDispose, shallowRef } from "vue";
import type { ShallowRef } from "vue";

import type { Client } from "../api/client";
import type { Hit } from "../api/types";
import { answer, ask, fail, noSearch, step } from "../model/hits";
import type { Search } from "../model/hits";

const pause = 160;
const most = 12;

/**
 * Search while typing: asks a moment after the last key, and drops answers that come too late.
 *
 * @param takes which hits are wanted
 */
export function useSearch(client: Client, takes?: (hit: Hit) => boolean): {
  search: ShallowRef<Search>;
  type(text: string): void;
  move(by: 1 | -1): void;
  chosen(): Hit | undefined;
  clear(): void;
} {
  const search = shallowRef<Search>(noSearch);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;
  const stop = () => {
    clearTimeout(timer);
    running?.abort();
  };
  onScopeDispose(stop);

  const send = async ({ asked, text }: Search): Promise<void> => {
    running = new AbortController();
    try {
      // Of what is taken only in part, more are asked for.
      const hits = await client.search(text.trim(), takes ? 4 * most : most, running.signal);
      search.value = answer(search.value, asked, takes ? hits.filter(takes).slice(0, most) : hits);
    } catch {
      search.value = fail(search.value, asked);
    }
  };
  const type = (text: string) => {
    stop();
    search.value = ask(search.value, text);
    const question = search.value;
    if (question.state === "waiting") timer = setTimeout(() => void send(question), pause);
  };
  return {
    search, type,
    move: (by) => (search.value = step(search.value, by)),
    chosen: () => search.value.hits[search.value.at],
    clear: () => type(""),
  };
}
