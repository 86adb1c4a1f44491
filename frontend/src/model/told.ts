/** What a drawn area's numbers are about: buildings count whoever looks, homes and people only where a viewer answers for them. */
import type { Counters, Session, WithinList } from "../api/types";

/** Of where homes and people are counted: everywhere, in the own area, nowhere. */
export type Told = "all" | "own" | "none";

const cityDigits = 4;
const ofHomes = new Set(["dwellings", "households", "people", "living", "aged60", "care", "vacant", "rented"]);

/**
 * Where homes and people are counted for a viewer, on a server that holds the area of a code, empty for
 * everything. Undefined until it is known who looks. Posts do not say which of them gives a right: `all`
 * only where each is about everything.
 */
export function toldOf(rights: readonly string[] | "all" | undefined, who: Session | undefined, held: string): Told | undefined {
  if (rights === "all" || rights === undefined) return rights;
  if (!rights.includes("see-homes")) return "none";
  const areas = (who?.posts ?? []).filter(({ missing }) => !missing).map(({ area }) => area);
  return areas.length > 0 && areas.every((area) => area.length <= cityDigits || (held !== "" && held.startsWith(area))) ? "all" : "own";
}

/** What of a drawn area can be listed for a viewer: nobody is offered a list that is not there. */
export function listsOf(rights: readonly string[] | "all" | undefined): readonly WithinList[] {
  const may = (right: string) => rights === "all" || rights?.includes(right);
  return ["buildings", ...(may("see-homes") ? ["dwellings" as const] : []), ...(may("see-people") ? ["people" as const] : [])];
}

/** The numbers without those that count nothing for this viewer, which a 0 would say there is none of. */
export function toldNumbers(counters: Counters, told: Told | undefined): Counters {
  return told === "none" ? Object.fromEntries(Object.entries(counters).filter(([name]) => !ofHomes.has(name))) : counters;
}
