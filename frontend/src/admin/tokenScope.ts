import type { TokenScope } from "../api/office";

/** How much a token gives: all that its account may do, what of that only reads, or what is ticked. */
export const extents = ["all", "read", "some"] as const;
export type Extent = (typeof extents)[number];

const reads = (right: string): boolean => right.startsWith("see-");

/** Whether a token of these rights changes nothing; one without a list gives all. */
export function onlyReads(rights: readonly string[] | undefined): boolean {
  return rights !== undefined && rights.every(reads);
}

/**
 * What of the rights of an account a token is to give; undefined while that is nothing, which nobody wants.
 *
 * @param all what posts of the account give
 * @param ticked what counts for "some"
 */
export function scopeOf(extent: Extent, all: readonly string[], ticked: readonly string[], areas: readonly string[]): TokenScope | undefined {
  const chosen = extent === "read" ? all.filter(reads) : all.filter((right) => ticked.includes(right));
  if (extent !== "all" && chosen.length === 0) return undefined;
  return { ...(extent === "all" ? {} : { rights: chosen }), ...(areas.length > 0 ? { areas } : {}) };
}
