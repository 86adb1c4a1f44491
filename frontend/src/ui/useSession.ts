import { onScopeDispose, ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";

import type { Client } from "../api/client";
import type { Session } from "../api/types";
import { useReader } from "./useReader";
import type { Reading } from "./useReader";

export interface SessionDesk {
  /** Who is signed in; undefined until it is known, and where nobody needs to. */
  readonly who: ShallowRef<Session | undefined>;
  readonly state: Ref<Reading>;
  /** Whether signing out was tried in vain. */
  readonly failed: Ref<boolean>;
  /** Reads anew who is signed in. */
  read(): Promise<void>;
  /** Signs out. */
  out(): Promise<void>;
  /** Goes to the entry, which leads back here. */
  leave(): void;
}

/** Who is signed in on this page. Without a sign-in the page gives way to the entry. */
export function useSession(client: Client): SessionDesk {
  const who = shallowRef<Session>();
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
    if (current()) who.value = session.mode === "account" ? session : undefined;
  });
  void read();
  return { who, failed, state, read, out, leave };
}
