import { inject, provide, shallowReactive } from "vue";
import type { InjectionKey } from "vue";

import type { Office } from "../api/office";
import { Problem } from "../api/wire";

export interface Names {
  /** What an account is called; its id until that is known, or where it is not one's own to see. */
  nameOf(account: number): string;
  /** Tells a name that was read anyway. */
  learn(account: number, name: string): void;
}

/** Names of accounts, each asked for when it is first shown; if no answer came, again when it is next shown. */
export function makeNames(office: Pick<Office, "member">): Names {
  const names = shallowReactive(new Map<number, string>());
  const asked = new Set<number>(); // not reactive: a name that fails is not asked for by its own failing
  const ask = async (id: number): Promise<void> => {
    try {
      names.set(id, (await office.member(id)).name);
    } catch (why) {
      // The id stands for whom one has nothing to do with.
      if (!(why instanceof Problem && why.status === 404)) asked.delete(id);
    }
  };
  return {
    nameOf(id) {
      const known = names.get(id);
      if (known === undefined && !asked.has(id)) {
        asked.add(id);
        void ask(id);
      }
      return known ?? `#${id}`;
    },
    learn: (id, name) => void names.set(id, name),
  };
}

const injected: InjectionKey<Names> = Symbol("names");

/** Makes the names of a page, for it and everything on it. */
export function provideNames(office: Office): Names {
  const names = makeNames(office);
  provide(injected, names);
  return names;
}

/** The names of the page that this component is on. */
export function useNames(): Names {
  const names = inject(injected);
  if (!names) throw new Error("provideNames was not called");
  return names;
}
