import { ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";

import type { Client } from "../api/client";
import type { SignIn } from "../api/types";
import { useDeed } from "./useDeed";
import type { Deed } from "./useDeed";
import { useReader } from "./useReader";
import type { Reading } from "./useReader";

export interface OwnDesk {
  /** The own sign-ins, this one first, then by when they were used last. */
  readonly signIns: ShallowRef<readonly SignIn[]>;
  readonly state: Ref<Reading>;
  readonly ending: Deed;
  read(): Promise<void>;
  /** Ends a sign-in that is not this one. */
  end(signIn: SignIn): Promise<void>;
}

/** The sign-ins of whoever is signed in. */
export function useOwn(client: Client): OwnDesk {
  const signIns = shallowRef<readonly SignIn[]>([]);
  const state = ref<Reading>("loading");
  const ending = useDeed();
  const read = useReader(state, async (current) => {
    const all = await client.signIns();
    if (current()) signIns.value = [...all].sort((a, b) => Number(b.current) - Number(a.current) || b.used.localeCompare(a.used));
  });
  const end = async ({ id }: SignIn): Promise<void> => {
    await ending.run(() => client.endSignIn(id));
    if (ending.refusal.value?.key === "gone") ending.refusal.value = undefined; // it has ended by itself
    await read();
  };
  return { signIns, state, ending, read, end };
}
