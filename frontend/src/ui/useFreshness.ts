import { onScopeDispose } from "vue";

import type { SelectionDesk } from "./useSelection";

/** How long news are gathered before what is chosen is read again. */
const gathered = 1000;
/** How old what is chosen becomes where no news tell of it: a name, who lives in a home. */
const oldest = 10_000;

/**
 * Keeps what is open of the selection as it is now. Returns what is to be called when
 * something in view has changed, or numbers of areas.
 */
export function useFreshness({ selection, identified, refresh }: Pick<SelectionDesk, "selection" | "identified" | "refresh">): (codes?: readonly string[]) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = 0;
  const within = (span: number) => {
    const at = Date.now() + span;
    if (timer !== undefined && due <= at) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => {
      timer = undefined;
      // Who looks elsewhere asks for nothing.
      if (selection.value && document.visibilityState === "visible") void refresh();
      within(oldest);
    }, span);
  };
  within(oldest);
  onScopeDispose(() => clearTimeout(timer));

  const concerns = (codes: readonly string[]) => identified.value?.chain?.some(({ code }) => codes.includes(code)) ?? false;
  return (codes) => {
    if (selection.value && (codes === undefined || concerns(codes))) within(gathered);
  };
}
