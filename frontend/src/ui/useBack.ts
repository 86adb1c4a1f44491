import { onScopeDispose, watch } from "vue";
import type { Ref } from "vue";

export interface Levels {
  /** How many things lie open one upon the other; 0 for the bare map. */
  readonly depth: Readonly<Ref<number>>;
  /** Closes the uppermost. */
  back(): void;
  /** Shows what the address says, after Forward. */
  restore(): void;
  /** Writes the address after something was closed on the page itself. */
  write(): void;
}

/** What the page keeps of an entry of its history; null for an address that was pasted. */
type Entry = { readonly depth: number } | null;

/**
 * Makes Back close what is open, level by level, as on every phone, rather than
 * leave the page. Opening adds an entry to the history for each level, closing takes
 * it away.
 */
export function useBack({ depth, back, restore, write }: Levels): void {
  let leaving = false; // the page itself goes back, because something was closed on it
  let following = false; // the page closes what Back has left
  const at = () => (history.state as Entry)?.depth ?? 0;
  const deepen = () => {
    if (history.state === null && depth.value > 0) history.replaceState({ depth: 0 }, "", location.href); // a pasted address is the page's from here on
    for (let level = at() + 1; level <= depth.value; level++) history.pushState({ depth: level }, "", location.href);
  };
  watch(depth, (now) => {
    if (following || leaving) return;
    deepen();
    if (now < at()) {
      leaving = true;
      history.go(now - at());
    }
  }, { flush: "sync" });
  const popped = (event: PopStateEvent) => {
    const entry = event.state as Entry;
    if (leaving) {
      leaving = false;
      deepen(); // something else was opened meanwhile
      write();
    } else if (entry) follow(entry.depth);
  };
  const follow = (to: number) => {
    following = true;
    if (to > depth.value) restore();
    for (let level = depth.value; level > to; level--) back();
    following = false;
  };
  addEventListener("popstate", popped);
  onScopeDispose(() => removeEventListener("popstate", popped));
}
