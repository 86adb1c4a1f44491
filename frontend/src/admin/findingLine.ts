/** What is wrong with rows of the audit, as a line. */
import type { Finding } from "../api/trail";
import { count } from "../model/format";
import type { Speech } from "../ui/useWords";
import { stamp } from "./localTime";

/** Without a moment where there is none: nothing stands before the first rows. */
export function findingLine({ seq, until, at, fault }: Finding, say: Speech["say"], call: Speech["call"]): string {
  const rows = until > seq ? say("finding.rows", { from: count(seq), until: count(until) }) : say("finding.row", { n: count(seq) });
  const told = { rows, fault: call("fault", fault) };
  return at === undefined ? say("finding.bare", told) : say("finding.line", { ...told, at: stamp(at) });
}
