import { onScopeDispose, watch } from "vue";
import type { Ref } from "vue";

/**
 * Makes Back close what is open, as on every phone, rather than leave the page.
 * Opening adds an entry to the history, closing takes it away. The entries are the
 * page's own: their state is `{ open }`, which an address that was pasted does not have.
 *
 * @param went shows what the address says after Back or Forward
 * @param closed writes the address after something was closed on the page itself
 */
export function useBack(isOpen: Readonly<Ref<boolean>>, went: () => void, closed: () => void): void {
  let leaving = false;
  const isEntry = () => (history.state as { open?: boolean } | null)?.open === true;
  watch(isOpen, (open) => {
    if (open && !isEntry()) history.pushState({ open: true }, "", location.href);
    if (!open && isEntry()) {
      leaving = true;
      history.back();
    }
  }, { flush: "sync" });
  const popped = (event: PopStateEvent) => {
    if (!leaving) return void (event.state !== null && went());
    leaving = false;
    if (isOpen.value) history.pushState({ open: true }, "", location.href); // something else was opened meanwhile
    closed();
  };
  addEventListener("popstate", popped);
  onScopeDispose(() => removeEventListener("popstate", popped));
}
