/** What a role may do, and what a proposal changes of it. */
import type { Proposal, Role } from "../api/office";

/** What of a role is proposed to change. */
export interface RoleDiff {
  readonly added: readonly string[];
  readonly taken: readonly string[];
  /** The level up to which homes and people are shown, where it changes; 0 for none. */
  readonly personal: { readonly before: number; readonly after: number } | undefined;
  /** There is no such role yet. */
  readonly isNew: boolean;
}

type Wanted = Pick<Proposal, "rights" | "personal">;

/** @param now the role in force; undefined where there is none of that code */
export function diffOf(now: Role | undefined, wanted: Wanted): RoleDiff {
  const before = now?.rights ?? [];
  const level = now?.personal ?? 0;
  return {
    added: wanted.rights.filter((right) => !before.includes(right)),
    taken: before.filter((right) => !wanted.rights.includes(right)),
    personal: level === wanted.personal ? undefined : { before: level, after: wanted.personal },
    isNew: now === undefined,
  };
}

export function changesNothing({ added, taken, personal, isNew }: RoleDiff): boolean {
  return !isNew && added.length + taken.length === 0 && personal === undefined;
}

/** The rights in the groups in which they are read: what is seen, what is done, what is administered. */
export const groups = ["see", "do", "administer"] as const;
export type Group = (typeof groups)[number];

const administers: readonly string[] = ["run-system", "manage-accounts", "manage-roles", "read-audit"];

export function groupOf(right: string): Group {
  if (administers.includes(right)) return "administer";
  return right.startsWith("see-") ? "see" : "do";
}

/** Shipped roles from the street to the city, then who works with them, who administers, and programs. */
const ranks: readonly string[] = [
  "steward", "micro-grid-lead", "grid-worker-part-time", "grid-worker", "grid-lead", "grid-guide", "grid-mentor", "community-staff", "secretary",
  "operator", "shift-lead", "leader", "planner", "department", "provider", "doctor", "resident", "system-admin", "security-admin", "audit-admin", "device", "integration",
];

/** Roles in the order in which they are read; those that are not shipped come last, by their codes. */
export function byRank<T extends { readonly code: string }>(roles: readonly T[]): readonly T[] {
  const rank = ({ code }: T) => (ranks.includes(code) ? ranks.indexOf(code) : ranks.length);
  return [...roles].sort((a, b) => rank(a) - rank(b) || a.code.localeCompare(b.code));
}

/** Rights that show or change people and homes, which a role has up to a level only. */
const personal: readonly string[] = ["see-homes", "see-people", "see-care", "keep-people", "unmask"];

export function showsPeople(rights: readonly string[]): boolean {
  return rights.some((right) => personal.includes(right));
}

/** Why a set of rights may not be a role, as far as the page knows; the server knows best. */
export function faultOf({ rights, personal: level }: Wanted): "mixed" | "level" | undefined {
  const offices = new Set(rights.filter((right) => groupOf(right) === "administer").map((right) => (right.startsWith("manage-") ? "security" : right)));
  if (offices.size > 1 || (offices.size === 1 && rights.some((right) => groupOf(right) !== "administer"))) return "mixed";
  return showsPeople(rights) && level === 0 ? "level" : undefined;
}
