import { ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";

import type { Member, Office } from "../api/office";
import { Problem } from "../api/wire";
import { useDeed } from "../ui/useDeed";
import type { Deed } from "../ui/useDeed";
import { useReader } from "../ui/useReader";
import type { Reading } from "../ui/useReader";

export interface MemberDesk {
  /** Undefined until it was read, and where it is not there or not one's own to see. */
  readonly member: ShallowRef<Member | undefined>;
  readonly state: Ref<Reading>;
  readonly deed: Deed;
  read(): Promise<void>;
  /** Does something to the account and shows what has come of it; whatever was refused, it is read anew. */
  act<T>(work: (member: Member) => Promise<T>): Promise<T | true | undefined>;
}

/**
 * One account that is open.
 *
 * @param seen hears of the account each time that it was read
 */
export function useMember(office: Pick<Office, "member">, id: number, seen: (member: Member) => void): MemberDesk {
  const member = shallowRef<Member>();
  const state = ref<Reading>("loading");
  const deed = useDeed();
  const read = useReader(state, async (current) => {
    const found = await office.member(id).catch((why: unknown) => {
      if (why instanceof Problem && why.status === 404) return undefined;
      throw why;
    });
    if (!current()) return;
    member.value = found;
    if (found) seen(found);
  });
  const act = async <T>(work: (member: Member) => Promise<T>): Promise<T | true | undefined> => {
    const now = member.value;
    if (!now) return undefined;
    const done = await deed.run(() => work(now));
    await read();
    return done;
  };
  return { member, state, deed, read, act };
}
