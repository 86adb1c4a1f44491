import { onScopeDispose, watch } from "vue";
import type { Ref } from "vue";

export interface Levels {
  /** How many things lie open one upon the other; 0 for the bare map. */
  readonly depth: Readonly<Ref<number>>;
  /** Closes the uppermost. */
  back(): void;
  /** Shows what an address says that was pasted over the page's own. */
  pasted(hash: string): void;
  /** Writes the address, after the history has gone to an older one. */
  write(): void;
}

/** What the page keeps of an entry of its history; null for an address that was pasted. */
type Entry = { readonly depth: number } | null;

/**
 * Makes Back close what is open, level by level, as on every phone, rather than
 * leave the page. There is an entry of the history for each level that is open:
 * opening adds some, closing takes some away, and Forward opens nothing.
 */
export function useBack({ depth, back, pasted, write }: Levels): void {
  let foreign = false; // an address was pasted, and hashchange has not come yet
  let leaving = false; // the page goes back by itself, and popstate has not come yet
  const at = () => (history.state as Entry)?.depth ?? 0;

  const settle = () => {
    if (leaving) return;
    if (depth.value < at()) {
      leaving = true;
      return history.go(depth.value - at());
    }
    if (history.state === null && depth.value > 0) history.replaceState({ depth: 0 }, "", location.href); // a pasted address is the page's from here on
    for (let level = at() + 1; level <= depth.value; level++) history.pushState({ depth: level }, "", location.href);
  };
  // Once everything that changes together has changed: a tap elsewhere closes four levels and opens one.
  watch(depth, settle, { flush: "post" });

  const popped = (event: PopStateEvent) => {
    if (event.state === null) return void (foreign = true);
    for (let level = depth.value; !leaving && level > at(); level--) back();
    leaving = false;
    settle();
    if (!leaving) write(); // the entry says what was open when it was made
  };
  // What was pasted stands in the event alone: the page may have written its own address since.
  const changed = ({ newURL }: HashChangeEvent) => {
    if (!foreign) return;
    foreign = false;
    pasted(new URL(newURL).hash);
    settle();
  };
  addEventListener("popstate", popped);
  addEventListener("hashchange", changed);
  onScopeDispose(() => {
    removeEventListener("popstate", popped);
    removeEventListener("hashchange", changed);
  });
}
