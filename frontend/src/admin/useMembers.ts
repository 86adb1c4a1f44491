import { onScopeDispose, ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";

import type { Member, Office } from "../api/office";
import { useReader } from "../ui/useReader";
import type { Reading } from "../ui/useReader";

const pause = 200;
const page = 50;

export interface MemberList {
  readonly text: Ref<string>;
  readonly members: ShallowRef<readonly Member[]>;
  readonly state: Ref<Reading>;
  /** Whether there are more than those that were read. */
  readonly hasMore: Ref<boolean>;
  /** What was typed: asked for a moment after the last key. */
  type(text: string): void;
  /** Reads the first page anew. */
  read(): Promise<void>;
  more(): Promise<void>;
  /** Has the list show an account as it is now. */
  put(member: Member): void;
}

/** The accounts that somebody has to do with, by a part of login or name. */
export function useMembers(office: Pick<Office, "members">): MemberList {
  const text = ref("");
  const members = shallowRef<readonly Member[]>([]);
  const state = ref<Reading>("loading");
  const hasMore = ref(false);
  let cursor = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));

  const readFrom = (from: () => string, before: () => readonly Member[]) => async (current: () => boolean) => {
    const { items, next } = await office.members(text.value.trim(), from(), page);
    if (!current()) return;
    members.value = [...before(), ...(items ?? [])];
    cursor = next ?? "";
    hasMore.value = cursor !== "";
  };
  let further = false;
  const load = useReader(state, (current) => (further ? readFrom(() => cursor, () => members.value) : readFrom(() => "", () => []))(current));
  const read = (): Promise<void> => {
    further = false;
    return load();
  };
  const more = (): Promise<void> => {
    further = true;
    return load();
  };
  const type = (typed: string): void => {
    text.value = typed;
    clearTimeout(timer);
    timer = setTimeout(() => void read(), pause);
  };
  const put = (member: Member) => (members.value = members.value.map((one) => (one.id === member.id ? member : one)));
  return { text, members, state, hasMore, type, read, more, put };
}
