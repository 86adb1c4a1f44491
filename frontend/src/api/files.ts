import type { Reason } from "./client";
import type { Resident } from "./types";
import type { Wire } from "./wire";

/** Somebody's record, as masked as this viewer is shown it. */
export interface Subject extends Resident {
  readonly revision: number;
  readonly dwelling?: number;
  readonly where?: { readonly building: number; readonly name: string; readonly dwelling: number; readonly unit: number; readonly floor: number; readonly room: string };
}

/** What somebody is found by: exactly one of the two. */
export type PersonNumber = { readonly id_number: string } | { readonly phone: string };

/** Somebody of staff by the posts of the moment. */
export interface Who {
  readonly name: string;
  readonly posts: readonly { readonly role: string; readonly area: string }[] | null;
}

/** All that is held on one data subject. */
export interface PersonFile {
  readonly person: Subject;
  /** Other records of the same human being. */
  readonly residences: readonly Subject[];
  readonly household: { readonly id: number; readonly kind?: string } | null;
  readonly home: { readonly dwelling: { readonly id: number; readonly unit?: number; readonly floor?: number; readonly room?: string }; readonly building: number; readonly name: string; readonly address: string } | null;
  readonly devices: readonly { readonly id: number; readonly name?: string; readonly category?: string }[];
  readonly sources: readonly { readonly load: number; readonly about: string; readonly external: string; readonly at: string }[];
  readonly unmaskings: readonly { readonly who: Who; readonly reason: string; readonly began: string; readonly ends: string }[];
  readonly accesses: readonly { readonly at: string; readonly who: Who; readonly of: string; readonly action: string; readonly result: string; readonly count: number; readonly detail?: string }[];
  readonly history: readonly { readonly id: number; readonly revision: number; readonly at: string; readonly op: string }[];
  readonly kept: readonly Kept[];
}

/** What stays of somebody who is erased, and by which law. */
export interface Kept {
  readonly what: string;
  readonly law: string;
  /** How long it is kept here, and how long the law asks for at least. */
  readonly months: number;
  readonly least: number;
  readonly rows: number;
}

export interface Erased {
  readonly erased: readonly number[];
  readonly kept: readonly Kept[];
  /** What was destroyed is overwritten on disk a little later. */
  readonly remains: boolean;
}

export const copyPurposes = ["request", "transfer", "authority"] as const;
export type CopyPurpose = (typeof copyPurposes)[number];
export const eraseReasons = ["request", "moved", "deceased", "needless", "mistaken"] as const;
export type EraseReason = (typeof eraseReasons)[number];

/** A person's rights: to know what is held, to have a copy, to have it corrected, to be erased. */
export class Files {
  constructor(private readonly wire: Wire) {}

  /** The people with exactly that number; a look-up is on record, and only a few are answered in a minute. */
  async find(number: PersonNumber, reason: Reason): Promise<readonly Subject[]> {
    return (await this.wire.command<{ items: readonly Subject[] }>("POST", "/api/people/find", { ...number, reason })).items;
  }

  read(id: number, signal?: AbortSignal): Promise<PersonFile> {
    return this.wire.get(`/api/people/${id}/file`, {}, signal);
  }

  /** The file in the open, that the person asked for. */
  copy(id: number, purpose: CopyPurpose): Promise<PersonFile> {
    return this.wire.command("POST", `/api/people/${id}/file`, { purpose });
  }

  correct({ id, revision }: Subject, fields: Readonly<Record<string, string>>): Promise<unknown> {
    return this.wire.command("PATCH", `/api/people/${id}`, fields, revision);
  }

  erase({ id, revision }: Subject, reason: EraseReason): Promise<Erased> {
    return this.wire.command("POST", `/api/people/${id}/erase`, { reason }, revision);
  }
}
