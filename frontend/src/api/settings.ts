import type { Wire } from "./wire";

/** What whoever runs the system has decided. */
export interface Settings {
  /** 0 while nobody has changed them. */
  readonly revision: number;
  /** How long rows of the audit are kept. */
  readonly audit_months: number;
  /** Rows about people that an export may hold without a second person. */
  readonly export_rows: number;
  /** When they were changed last, if ever. */
  readonly at: string | null;
  /** What would protect less, which a second person has yet to accept. */
  readonly proposed: SettingsProposal | null;
  /** What else is kept for a time, which no setting changes; null for as long as the log. */
  readonly kept: readonly { readonly what: string; readonly seconds: number | null }[];
}

/** What one person wants to protect less; null for what stays. */
export interface SettingsProposal {
  readonly audit_months: number | null;
  readonly export_rows: number | null;
  /** Account, and its login. */
  readonly by: number;
  readonly who: string;
  readonly at: string;
}

export type SettingsChange = Pick<Settings, "audit_months" | "export_rows">;

export function readSettings(wire: Wire, signal?: AbortSignal): Promise<Settings> {
  return wire.get("/api/settings", {}, signal);
}

export function changeSettings(wire: Wire, revision: number, change: SettingsChange): Promise<Settings> {
  return wire.command("PATCH", "/api/settings", change, revision);
}

/** Puts what somebody else proposed in force. */
export function acceptSettings(wire: Wire, revision: number): Promise<Settings> {
  return wire.command("POST", "/api/settings/proposal/accept", undefined, revision);
}

export function withdrawSettings(wire: Wire, revision: number): Promise<Settings> {
  return wire.command("DELETE", "/api/settings/proposal", undefined, revision);
}
