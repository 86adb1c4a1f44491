import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import type { ComputedRef, Ref, ShallowRef } from "vue";

import type { Client } from "../api/client";
import type { Session } from "../api/types";
import { useReader } from "./useReader";
import type { Reading } from "./useReader";

export interface SessionDesk {
  /** Who is signed in; undefined until it is known, and where nobody needs to. */
  readonly who: ShallowRef<Session | undefined>;
  readonly state: Ref<Reading>;
  /** What whoever is here may do, each somewhere; `all` where nobody needs to sign in, undefined until it is known. */
  readonly rights: ComputedRef<readonly string[] | "all" | undefined>;
  /** Whether signing out was tried in vain. */
  readonly failed: Ref<boolean>;
  /** Reads anew who is signed in. */
  read(): Promise<void>;
  /** Whether whoever is here has a right, once that is known. */
  may(right: string): Promise<boolean>;
  /** Signs out. */
  out(): Promise<void>;
  /** Goes to the entry, which leads back here. */
  leave(): void;
}

/** Who is signed in on this page. Without a sign-in the page gives way to the entry. */
export function useSession(client: Client): SessionDesk {
  const who = shallowRef<Session>();
  const isLocal = ref(false);
  const failed = ref(false);
  const state = ref<Reading>("loading");
  let left = false;

  const leave = (): void => {
    if (left) return; // once, whoever else hears of it
    left = true;
    location.assign(`/sign-in?to=${encodeURIComponent(location.pathname)}${location.hash}`);
  };
  const out = async (): Promise<void> => {
    failed.value = false;
    try {
      await client.signOut();
      leave();
    } catch {
      failed.value = true;
    }
  };

  client.signedOut = leave;
  onScopeDispose(() => (client.signedOut = () => {}));
  const read = useReader(state, async (current) => {
    const session = await client.session();
    // Whoever still has to set up a second factor is answered nothing else; the entry asks for it.
    if (session.needs_second) return leave();
    if (!current()) return;
    isLocal.value = session.mode === "local";
    who.value = isLocal.value ? undefined : session;
  });
  void read();

  const rights = computed(() => (isLocal.value ? "all" : who.value?.rights));
  const may = async (right: string): Promise<boolean> => allows(await known(rights), right);
  return { who, rights, failed, state, read, may, out, leave };
}

/** Whether rights hold one. */
export function allows(rights: readonly string[] | "all", right: string): boolean {
  return rights === "all" || rights.includes(right);
}

/** The value of something as soon as it has one. */
async function known<T>(what: Ref<T | undefined>): Promise<T> {
  if (what.value !== undefined) return what.value;
  return new Promise((resolve) => {
    const stop = watch(what, (value) => {
      if (value === undefined) return;
      stop();
      resolve(value);
    }, { flush: "sync" });
  });
}
