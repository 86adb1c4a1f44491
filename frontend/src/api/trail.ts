import type { Wire } from "./wire";

export const results = ["ok", "refused", "not-found", "failed"] as const;
export type Result = (typeof results)[number];

/** A row of the audit. */
export interface TrailRow {
  readonly id: number;
  readonly at: string;
  /** Id of an account, or words such as “command line”. */
  readonly actor: string;
  /** By which it was done, as role@area; empty for none, as at the machine. */
  readonly post: string;
  readonly from: string;
  readonly action: string;
  readonly object: string;
  /** What was written, where it is no single object. */
  readonly touched: readonly { readonly kind: string; readonly id: number }[] | string;
  readonly result: Result;
  /** How many equal ones of a minute it stands for. */
  readonly count: number;
  readonly detail: string;
}

/** Which rows; empty for all. Times are RFC 3339. */
export interface TrailQuery {
  /** Login or id of an account. */
  readonly actor: string;
  /** What actions begin with. */
  readonly action: string;
  readonly object: string;
  readonly result: Result | "";
  readonly from: string;
  readonly until: string;
}

export interface TrailPage {
  readonly items: readonly TrailRow[];
  /** Whom the rows name, by id. */
  readonly accounts: Readonly<Record<string, { readonly login: string; readonly name: string }>>;
}

/** Rows of the audit that are not as they were sealed. */
export interface Finding {
  /** Of the first of them in the chain. */
  readonly seq: number;
  /** Of the last. */
  readonly until: number;
  /** Of the row; of what stands before it if the row is missing; none if nothing does. */
  readonly at?: string;
  /** Such as changed or missing. */
  readonly fault: string;
}

/** What a comparison of the audit with its seals found. */
export interface Verdict {
  readonly whole: boolean;
  readonly rows: number;
  /** The last sealed row. */
  readonly sealed: number;
  readonly sealed_at: string;
  /** How many findings there are, and the first of them. */
  readonly found: number;
  readonly findings: readonly Finding[];
  /** Odd, yet not against any seal. */
  readonly doubts: readonly Finding[];
}

/** The audit. */
export class Trail {
  constructor(private readonly wire: Wire) {}

  /** Rows, the newest first; `before` is the id of the last one of the page before, 0 for the first page. */
  rows(query: TrailQuery, before: number, limit: number, signal?: AbortSignal): Promise<TrailPage> {
    return this.wire.get("/api/audit", { ...given(query), limit: String(limit), ...(before ? { before: String(before) } : {}) }, signal);
  }

  /** The address under which the rows are a file. */
  fileOf(query: TrailQuery): string {
    return `/api/audit/export?${new URLSearchParams(given(query))}`;
  }

  verify(): Promise<Verdict> {
    return this.wire.command("POST", "/api/audit/verify");
  }
}

/** What of a query was filled in. */
function given(query: TrailQuery): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ""));
}
