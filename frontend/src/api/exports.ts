import type { Wire } from "./wire";

export const formats = ["csv", "geojson", "geopackage"] as const;
export type Format = (typeof formats)[number];

/** A file that somebody asked for. */
export interface Filing {
  readonly id: number;
  readonly kind: string;
  readonly area: string;
  readonly format: Format;
  readonly purpose: string;
  readonly note?: string;
  readonly state: "waiting" | "ready" | "refused" | "taken" | "expired";
  /** When it was asked; null where one is told no numbers. */
  readonly rows: number | null;
  /** How many of them are about somebody. */
  readonly personal: number | null;
  /** Login of who asked. */
  readonly who: string;
  readonly own: boolean;
  /** It waits for whoever looks, or for somebody like them. */
  readonly decides: boolean;
  readonly asked_at: string;
  readonly decided_at: string | null;
  readonly ends: string;
}

export interface FilingOrder {
  readonly kind: string;
  readonly area: string;
  readonly format: Format;
  readonly purpose: string;
  readonly note?: string;
}

export interface FilingList {
  readonly items: readonly Filing[];
  /** All purposes that there are. */
  readonly purposes: readonly string[];
}

/** Files that leave, each for a purpose. */
export class Exports {
  constructor(private readonly wire: Wire) {}

  list(signal?: AbortSignal): Promise<FilingList> {
    return this.wire.get("/api/exports", {}, signal);
  }

  ask(order: FilingOrder): Promise<Filing> {
    return this.wire.command("POST", "/api/exports", order);
  }

  decide(id: number, verdict: "approve" | "refuse"): Promise<Filing> {
    return this.wire.command("POST", `/api/exports/${id}/${verdict}`);
  }

  /** The address of the file. */
  fileOf(id: number): string {
    return `/api/exports/${id}/file`;
  }
}
