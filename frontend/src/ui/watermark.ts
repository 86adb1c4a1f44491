import type { Session } from "../api/types";
import { clock } from "../model/format";

/** What a watermark says of a viewer: name, login, day and minute. */
export function markOf({ name, login }: Pick<Session, "name" | "login">, now: number): string {
  const at = new Date(now);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  return [name === login ? "" : name, login, `${day} ${clock(now)}`].filter(Boolean).join(" ");
}
