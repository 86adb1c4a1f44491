import { computed, ref, shallowRef } from "vue";
import type { ComputedRef, Ref, ShallowRef } from "vue";

import type { Office, Role, RoleTable } from "../api/office";
import { useDeed } from "../ui/useDeed";
import type { Deed } from "../ui/useDeed";
import { useReader } from "../ui/useReader";
import type { Reading } from "../ui/useReader";

export interface RoleDesk {
  readonly table: ShallowRef<RoleTable>;
  readonly state: Ref<Reading>;
  readonly deed: Deed;
  readonly byCode: ComputedRef<ReadonlyMap<string, Role>>;
  read(): Promise<void>;
  /** Does something and reads the table anew; undefined if it was refused. */
  act(work: () => Promise<unknown>): Promise<unknown>;
}

/** The table of roles, and what is proposed of it. */
export function useRoles(office: Pick<Office, "roles">): RoleDesk {
  const table = shallowRef<RoleTable>({ items: [], proposals: [], rights: [] });
  const state = ref<Reading>("loading");
  const deed = useDeed();
  const byCode = computed(() => new Map(table.value.items.map((role) => [role.code, role])));
  const read = useReader(state, async (current) => {
    const read = await office.roles();
    if (current()) table.value = read;
  });
  const act = async (work: () => Promise<unknown>): Promise<unknown> => {
    const done = await deed.run(work);
    await read();
    return done;
  };
  return { table, state, deed, byCode, read, act };
}
