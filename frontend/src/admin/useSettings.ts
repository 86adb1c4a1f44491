import { ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";

import type { Settings, SettingsChange } from "../api/settings";
import { useDeed } from "../ui/useDeed";
import type { Deed } from "../ui/useDeed";
import { useOptional } from "../ui/useOptional";
import type { Reading } from "../ui/useReader";

export interface SettingsDesk {
  readonly settings: ShallowRef<Settings | undefined>;
  readonly state: Ref<Reading>;
  readonly deed: Deed;
  read(): Promise<void>;
  /** Changes them as they were read; whether it was done. What would protect less is proposed. */
  change(change: SettingsChange): Promise<boolean>;
  /** Puts what is proposed in force; whether it was done. */
  accept(): Promise<boolean>;
  /** Drops what is proposed; whether it was done. */
  withdraw(): Promise<boolean>;
}

export interface SettingsSource {
  read(): Promise<Settings>;
  change(revision: number, change: SettingsChange): Promise<Settings>;
  accept(revision: number): Promise<Settings>;
  withdraw(revision: number): Promise<Settings>;
}

/**
 * What is kept how long, and what else whoever runs the system decides.
 *
 * @param lacks runs where this server has no settings
 */
export function useSettings(source: SettingsSource, lacks: () => void): SettingsDesk {
  const settings = shallowRef<Settings>();
  const state = ref<Reading>("loading");
  const deed = useDeed();
  const read = useOptional(state, () => source.read(), (found) => (settings.value = found), lacks);
  const act = async (work: (revision: number) => Promise<Settings>): Promise<boolean> => {
    const now = settings.value;
    if (!now) return false;
    const done = await deed.run(() => work(now.revision));
    if (done === undefined || done === true) {
      await read();
      return false;
    }
    settings.value = done;
    return true;
  };
  const change = (wanted: SettingsChange): Promise<boolean> => act((revision) => source.change(revision, wanted));
  return { settings, state, deed, read, change, accept: () => act(source.accept), withdraw: () => act(source.withdraw) };
}

/** How long a span is, in the largest unit that tells it whole. */
export function spanOf(seconds: number): { readonly unit: "days" | "hours" | "minutes" | "seconds"; readonly n: number } {
  for (const [unit, size] of [["days", 86_400], ["hours", 3600], ["minutes", 60]] as const) {
    if (seconds >= size && seconds % size === 0) return { unit, n: seconds / size };
  }
  return { unit: "seconds", n: seconds };
}
