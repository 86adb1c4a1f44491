import type { Session } from "../api/types";
import { clock } from "../model/format";

/** What a watermark says of a viewer, in two lines: name and login; day and minute. */
export function markOf({ name, login }: Pick<Session, "name" | "login">, now: number): readonly [who: string, when: string] {
  const at = new Date(now);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  return [name === login ? login : `${name} ${login}`, `${day} ${clock(now)}`];
}

/** Pixels that hold a mark and the space about it: small, so that the smallest panel with people on it has a whole one. */
export function tileOf(lines: readonly string[]): { readonly width: number; readonly height: number } {
  const widths = lines.map((line) => [...line].reduce((sum, letter) => sum + (/\p{Script=Han}/u.test(letter) ? 13 : 7.5), 0));
  return { width: Math.ceil(Math.max(...widths)) + 64, height: 84 };
}
