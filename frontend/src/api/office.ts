import type { Page } from "./types";
import type { Wire } from "./wire";

export const sorts = ["staff", "partner", "resident", "machine"] as const;
export type Sort = (typeof sorts)[number];

/** Somebody, or some program, that may sign in. */
export interface Member {
  readonly id: number;
  readonly revision: number;
  readonly login: string;
  readonly name: string;
  readonly sort: Sort;
  /** Invited: no password was chosen yet. */
  readonly state: "open" | "locked" | "invited";
  readonly has_second: boolean;
  /** How many sign-ins last. */
  readonly sessions: number;
  /** An administrator's: it is kept at the machine. */
  readonly kept?: boolean;
  readonly posts: readonly HeldPost[];
  /** Those that last, and what one may give at most; absent for who has no say in them. */
  readonly tokens?: readonly Token[];
  readonly rights?: readonly string[];
}

/** How much of what its account may do a token gives: absent for all of it, or wherever. */
export interface TokenScope {
  readonly rights?: readonly string[];
  /** Codes of divisions. */
  readonly areas?: readonly string[];
}

/** A token of a program, of which only its holder has the secret. */
export interface Token extends TokenScope {
  readonly id: number;
  readonly began: string;
  /** Last, to some minutes. */
  readonly used: string;
  readonly until: string;
}

export interface HeldPost {
  readonly id: number;
  readonly revision: number;
  readonly role: string;
  readonly area: string;
  /** There is no division of that code any more: the post gives nothing. */
  readonly missing?: boolean;
  readonly board?: string;
  /** It shows nobody, and gives no administrator's right, until a second person confirms it. */
  readonly awaits?: boolean;
  /** Whoever asks may confirm it now. */
  readonly confirms?: boolean;
  /** An administrator's: it is taken away at the machine alone. */
  readonly kept?: boolean;
  readonly begins: string | null;
  readonly ends: string | null;
  readonly standins: readonly StandIn[];
}

export interface StandIn {
  readonly id: number;
  readonly revision: number;
  /** Account. */
  readonly deputy: number;
  readonly begins: string;
  readonly ends: string;
}

/** A post to be given. Times are RFC 3339; absent for always. */
export interface PostOrder {
  readonly role: string;
  readonly area: string;
  readonly board?: string;
  readonly begins?: string;
  readonly ends?: string;
}

export interface MemberOrder {
  readonly login: string;
  readonly name: string;
  readonly sort: Sort;
  readonly post: PostOrder;
}

export interface Role {
  readonly code: string;
  readonly rights: readonly string[];
  /** The highest level at which a post shows homes and people; 0 if it shows none. */
  readonly personal: number;
  readonly needs_second: boolean;
}

export interface Proposal {
  readonly id: number;
  readonly code: string;
  readonly rights: readonly string[];
  readonly personal: number;
  /** Account. */
  readonly by: number;
  readonly at: string;
}

export interface RoleTable {
  readonly items: readonly Role[];
  readonly proposals: readonly Proposal[];
  /** All that there are. */
  readonly rights: readonly string[];
}

/** Accounts, posts, stand-ins and roles. Every call rejects with a Problem, or with an AbortError when its signal ends. */
export class Office {
  constructor(private readonly wire: Wire) {}

  members(q: string, cursor: string, limit: number, signal?: AbortSignal): Promise<Page<Member>> {
    return this.wire.get("/api/accounts", { q, limit: String(limit), ...(cursor ? { cursor } : {}) }, signal);
  }

  member(id: number, signal?: AbortSignal): Promise<Member> {
    return this.wire.get(`/api/accounts/${id}`, {}, signal);
  }

  /** Adds an account with its first post; the link opens once, within a day, and is told this once. A machine has none. */
  add(order: MemberOrder): Promise<{ readonly id: number; readonly link?: string }> {
    return this.wire.command("POST", "/api/accounts", order);
  }

  /** Makes another set-up link, which keeps the second factor. */
  invite(id: number): Promise<{ readonly id: number; readonly link: string }> {
    return this.wire.command("POST", `/api/accounts/${id}/link`);
  }

  lock({ id, revision }: Member, locked: boolean): Promise<Member> {
    return this.wire.command("PATCH", `/api/accounts/${id}`, { locked }, revision);
  }

  endSessions(id: number): Promise<unknown> {
    return this.wire.command("DELETE", `/api/accounts/${id}/sessions`);
  }

  /** Makes a token for a machine, told this once. */
  issueToken(id: number, days: number, scope: TokenScope): Promise<{ readonly token: string; readonly until: string }> {
    return this.wire.command("POST", `/api/accounts/${id}/token`, { days, ...scope });
  }

  withdrawToken(id: number, token: number): Promise<unknown> {
    return this.wire.command("DELETE", `/api/accounts/${id}/tokens/${token}`);
  }

  appoint(account: number, post: PostOrder): Promise<unknown> {
    return this.wire.command("POST", "/api/posts", { account, ...post });
  }

  dismiss({ id, revision }: HeldPost): Promise<unknown> {
    return this.wire.command("DELETE", `/api/posts/${id}`, undefined, revision);
  }

  /** Says as a second person that a post is held by whom it is meant for. */
  confirm({ id }: HeldPost): Promise<unknown> {
    return this.wire.command("POST", `/api/posts/${id}/confirm`);
  }

  deputize(post: number, deputy: number, begins: string, ends: string): Promise<unknown> {
    return this.wire.command("POST", "/api/standins", { post, deputy, begins, ends });
  }

  endStandIn({ id, revision }: StandIn): Promise<unknown> {
    return this.wire.command("DELETE", `/api/standins/${id}`, undefined, revision);
  }

  roles(signal?: AbortSignal): Promise<RoleTable> {
    return this.wire.get("/api/roles", {}, signal);
  }

  /** Proposes what a role may do; it comes into force when a second person accepts it. */
  propose(code: string, rights: readonly string[], personal: number): Promise<unknown> {
    return this.wire.command("PUT", `/api/roles/${encodeURIComponent(code)}`, { rights, personal });
  }

  accept(proposal: number): Promise<unknown> {
    return this.wire.command("POST", `/api/roles/proposals/${proposal}/accept`);
  }

  withdraw(proposal: number): Promise<unknown> {
    return this.wire.command("DELETE", `/api/roles/proposals/${proposal}`);
  }
}
