import { onScopeDispose, ref, shallowRef, watch } from "vue";
import type { Ref, ShallowRef } from "vue";

import type { Client } from "../api/client";
import type { CopyPurpose, EraseReason, Erased, Files, PersonFile } from "../api/files";
import { Problem } from "../api/wire";
import { useDeed } from "../ui/useDeed";
import type { Deed } from "../ui/useDeed";
import { useReader } from "../ui/useReader";
import type { Reading } from "../ui/useReader";
import { useUnmask } from "../ui/useUnmask";
import type { UnmaskDesk } from "../ui/useUnmask";

export interface FileDesk {
  /** Undefined until it was read, once the person is erased, and where there is none. */
  readonly file: ShallowRef<PersonFile | undefined>;
  readonly state: Ref<Reading>;
  readonly deed: Deed;
  readonly mask: UnmaskDesk;
  readonly erased: ShallowRef<Erased | undefined>;
  read(): Promise<void>;
  correct(fields: Readonly<Record<string, string>>): Promise<boolean>;
  /** The file in the open, to be handed over. */
  copy(purpose: CopyPurpose): Promise<PersonFile | undefined>;
  erase(reason: EraseReason): Promise<void>;
}

/** All that is held on one person. */
export function useFile(client: Client, files: Pick<Files, "read" | "copy" | "correct" | "erase">, id: number): FileDesk {
  const file = shallowRef<PersonFile>();
  const state = ref<Reading>("loading");
  const erased = shallowRef<Erased>();
  const deed = useDeed();
  const mask = useUnmask(client, id);
  let gone = false;
  onScopeDispose(() => (gone = true));

  const read = useReader(state, async (current) => {
    const found = await files.read(id).catch((why: unknown) => {
      if (why instanceof Problem && why.status === 404) return undefined;
      throw why;
    });
    if (current()) file.value = found;
  });
  // What is in the open for a while is so in all of the file, and masked again after it.
  watch(mask.open, () => !gone && !erased.value && void read());

  const correct = async (fields: Readonly<Record<string, string>>): Promise<boolean> => {
    const now = file.value?.person;
    if (!now) return false;
    const done = await deed.run(() => files.correct(now, fields));
    await read();
    return done !== undefined;
  };
  const copy = async (purpose: CopyPurpose): Promise<PersonFile | undefined> => {
    const done = await deed.run(() => files.copy(id, purpose));
    return done === true ? undefined : done;
  };
  const erase = async (reason: EraseReason): Promise<void> => {
    const now = file.value?.person;
    if (!now) return;
    const done = await deed.run(() => files.erase(now, reason));
    if (done === undefined || done === true) return read();
    [erased.value, file.value] = [done, undefined];
  };
  return { file, state, deed, mask, erased, read, correct, copy, erase };
}

/** What of a form differs from a record: the fields to be corrected. */
export function changesOf(record: Readonly<Record<string, unknown>>, form: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(form).filter(([field, value]) => value !== String(record[field] ?? "")));
}
