import { ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";

import { Problem } from "../api/wire";

/** Why something was not done, as a word of the screen. */
export interface Refusal {
  readonly key: "forbidden" | "gone" | "stale" | "invalid" | "wrong" | "wait" | "elsewhere" | "unreachable" | "failed";
  /** What of the request is wrong, by the last part of its name on the wire. */
  readonly fields: readonly string[];
  /** Seconds after which to try again; 0 if nobody said. */
  readonly seconds: number;
  /** The name of the one area that the server holds, for what belongs elsewhere; else empty. */
  readonly holds: string;
}

export interface Deed {
  readonly busy: Ref<boolean>;
  readonly refusal: ShallowRef<Refusal | undefined>;
  /** Does something unless it is being done already; undefined if it was not done. What is done with no result is done with true. */
  run<T>(work: () => Promise<T>): Promise<T | true | undefined>;
}

/** Something that somebody does by a button: once at a time, and with the reason why not. */
export function useDeed(): Deed {
  const busy = ref(false);
  const refusal = shallowRef<Refusal>();
  const run = async <T>(work: () => Promise<T>): Promise<T | true | undefined> => {
    if (busy.value) return undefined;
    busy.value = true;
    refusal.value = undefined;
    try {
      return (await work()) ?? true;
    } catch (why) {
      refusal.value = refusalOf(why);
      return undefined;
    } finally {
      busy.value = false;
    }
  };
  return { busy, refusal, run };
}

const keys: Readonly<Record<number, Refusal["key"]>> = {
  0: "unreachable", 400: "invalid", 401: "wrong", 403: "forbidden", 404: "gone", 409: "stale", 410: "gone", 412: "stale", 421: "elsewhere", 422: "invalid", 429: "wait", 503: "unreachable",
};

/** Why a call was refused. */
export function refusalOf(why: unknown): Refusal {
  if (!(why instanceof Problem)) return { key: "failed", fields: [], seconds: 0, holds: "" };
  const fields = why.fields.map((path) => path.slice(path.lastIndexOf(".") + 1));
  return { key: keys[why.status] ?? "failed", fields, seconds: why.retryAfter, holds: why.holds };
}
