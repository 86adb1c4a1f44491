import { shallowReactive } from "vue";

import type { DivisionBrief } from "../api/types";
import { shortGridName } from "../model/name";

export interface AreaNames {
  /** What a division is called, with what holds it; its code until that is known, or where it is not. */
  nameOf(code: string): string;
}

/**
 * Names of divisions, each asked for once, when it is first shown.
 *
 * @param read returns a division with its chain, from the city down to it
 */
export function useAreaNames(read: (code: string) => Promise<{ readonly chain?: readonly DivisionBrief[]; readonly name?: string }>): AreaNames {
  const names = shallowReactive(new Map<string, string>());
  const learn = async (code: string): Promise<void> => {
    try {
      const { chain = [], name = code } = await read(code);
      names.set(code, placeOf(chain) || name);
    } catch {
      // The code says it as well; a division may have gone.
    }
  };
  const nameOf = (code: string): string => {
    const known = names.get(code);
    if (known === undefined && code) {
      names.set(code, code);
      void learn(code);
    }
    return known ?? code;
  };
  return { nameOf };
}

/** The last two of a chain that say something: 青木街道 › 民生社区, 民生 2 网格. */
export function placeOf(chain: readonly DivisionBrief[]): string {
  const own = chain.at(-1);
  const above = chain.at(-2);
  if (!own) return "";
  const name = shortGridName(own.name);
  return above && above.level > 1 && name === own.name ? `${shortGridName(above.name)} › ${name}` : name;
}
