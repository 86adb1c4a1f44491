import { onScopeDispose } from "vue";

/** What keys do: by `event.key`, lower case. A handler that returns false lets the key pass. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => boolean | void>>;

/** Listens to the keyboard while the scope lives. Keys typed into a field are the field's, except Escape. */
export function useKeys(keys: Keys): void {
  const listen = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (typing && event.key !== "Escape") return;
    const handle = keys[event.key.toLowerCase()];
    if (handle && handle(event) !== false) event.preventDefault();
  };
  addEventListener("keydown", listen);
  onScopeDispose(() => removeEventListener("keydown", listen));
}
