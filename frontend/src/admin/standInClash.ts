import type { StandIn } from "../api/office";

/** Who stands in already in part of a time, which is given as RFC 3339; undefined if nobody does, or while it is not known yet. */
export function clashOf(standins: readonly StandIn[], begins: string | undefined, ends: string | undefined): StandIn | undefined {
  if (!begins || !ends) return undefined;
  const [from, until] = [Date.parse(begins), Date.parse(ends)];
  return standins.find((one) => Date.parse(one.begins) < until && from < Date.parse(one.ends));
}
