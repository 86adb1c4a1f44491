import { onScopeDispose, ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";

import { Problem } from "../api/client";
import type { Client, Why } from "../api/client";
import type { Unveiled } from "../api/types";

type Refusal = "failed" | "forbidden" | "often";
const refusals: Readonly<Record<number, Refusal>> = { 403: "forbidden", 404: "forbidden", 429: "often" };

export interface UnmaskDesk {
  /** The record in the open; undefined before and after. */
  readonly open: ShallowRef<Unveiled | undefined>;
  readonly busy: Ref<boolean>;
  readonly refusal: Ref<Refusal | undefined>;
  /** Seconds until somebody who opens too many may go on. */
  readonly wait: Ref<number>;
  /** Asks to see the record; the server keeps who and why. */
  ask(why: Why): Promise<void>;
}

/** One person's record in the open, for as long as the server allows. */
export function useUnmask(client: Client, person: number): UnmaskDesk {
  const open = shallowRef<Unveiled>();
  const busy = ref(false);
  const refusal = ref<Refusal>();
  const wait = ref(0);
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
      refusal.value = (problem instanceof Problem && refusals[problem.status]) || "failed";
      wait.value = problem instanceof Problem ? problem.retryAfter : 0;
    } finally {
      busy.value = false;
    }
  };
  return { open, busy, refusal, wait, ask };
}
