import { onScopeDispose, ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";

import { Problem } from "../api/client";
import type { Client, Why } from "../api/client";
import type { Unveiled } from "../api/types";

export interface UnmaskDesk {
  /** The record in the open; undefined before and after. */
  readonly open: ShallowRef<Unveiled | undefined>;
  readonly busy: Ref<boolean>;
  readonly refusal: Ref<"failed" | "forbidden" | undefined>;
  /** Asks to see the record; the server keeps who and why. */
  ask(why: Why): Promise<void>;
}

/** One person's record in the open, for as long as the server allows. */
export function useUnmask(client: Client, person: number): UnmaskDesk {
  const open = shallowRef<Unveiled>();
  const busy = ref(false);
  const refusal = ref<"failed" | "forbidden">();
  let end: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(end));

  const ask = async (why: Why): Promise<void> => {
    busy.value = true;
    refusal.value = undefined;
    try {
      const shown = await client.unmask(person, why);
      open.value = shown;
      clearTimeout(end);
      end = setTimeout(() => (open.value = undefined), Date.parse(shown.until) - Date.now());
    } catch (problem) {
      refusal.value = problem instanceof Problem && (problem.status === 403 || problem.status === 404) ? "forbidden" : "failed";
    } finally {
      busy.value = false;
    }
  };
  return { open, busy, refusal, ask };
}
