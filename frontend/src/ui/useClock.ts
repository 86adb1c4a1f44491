import { onScopeDispose, ref } from "vue";
import type { Ref } from "vue";

/** The time, moved on every second while the scope lives. Milliseconds since 1970. */
export function useClock(): Readonly<Ref<number>> {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), 1000);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
