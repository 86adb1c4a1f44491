/** Where on the page somebody is, as the address says it: `#accounts/17`. */

import type { HeldPost } from "../api/types";

export const sections = ["accounts", "roles", "audit", "file", "exports", "settings"] as const;
export type Section = (typeof sections)[number];

export interface Route {
  readonly section: Section | undefined;
  /** What is open of the section; empty if nothing. */
  readonly key: string;
}

export function readRoute(hash: string): Route {
  const [name = "", key = ""] = hash.replace(/^#/, "").split("/");
  const section = sections.find((one) => one === name);
  return { section, key: section ? key : "" };
}

export function hashOf(section: Section, key: string | number = ""): string {
  return `#${section}${key === "" ? "" : `/${key}`}`;
}

/** Which rights open a section: one of them will do. */
const opens: Readonly<Record<Section, readonly string[]>> = {
  accounts: ["manage-accounts", "appoint-stand-in", "run-system"],
  roles: ["manage-roles", "manage-accounts"],
  audit: ["read-audit"],
  file: ["keep-people"],
  exports: ["export"],
  settings: ["run-system"],
};

/** The sections that rights open, in the order of the page. */
export function sectionsOf(rights: readonly string[]): readonly Section[] {
  return sections.filter((section) => opens[section].some((right) => rights.includes(right)));
}

/**
 * Why somebody has nothing to see: without any post, with posts whose areas this server does
 * not hold, with posts that await a second person, in divisions that were removed, or for other work.
 *
 * @param rights what the posts allow here
 */
export function whyOutside(posts: readonly Pick<HeldPost, "missing" | "elsewhere" | "awaits">[], rights: readonly string[]): "none" | "elsewhere" | "awaits" | "gone" | "other" {
  if (posts.length === 0) return "none";
  if (rights.length === 0 && posts.some(({ elsewhere }) => elsewhere)) return "elsewhere";
  if (rights.length === 0 && posts.some(({ awaits }) => awaits)) return "awaits";
  return posts.every(({ missing }) => missing) ? "gone" : "other";
}

/** Whether somebody with these rights has anything to see on the map. */
export function seesMap(rights: readonly string[]): boolean {
  return rights.some((right) => right.startsWith("see-") || right === "draw-divisions");
}
