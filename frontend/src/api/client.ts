import type {
  Category, Division, Entry, EventRecord, Hit, Identified, Offer, Page, Resident, Session, SignIn, Status, Thing, Unveiled, WithinArea, WithinList, WithinReply, WorkerBrief,
} from "./types";
import { Wire } from "./wire";

export { isElsewhere, Problem, unlessElsewhere } from "./wire";

export interface WithinQuery {
  readonly area: WithinArea;
  readonly list: WithinList;
  readonly cursor?: string;
  readonly limit?: number;
}

/** Why somebody looks at what is masked: a reason of the list, or an open event where the person lives. */
export type Why = { readonly reason: Reason } | { readonly event: number };
export const reasons = ["visit", "care", "emergency", "correction", "registration"] as const;
export type Reason = (typeof reasons)[number];

const openStates = ["reported", "dispatched", "handling", "checking"] as const;

/** What the map and the entry ask of the server. Every call rejects with a Problem, or with an AbortError when its signal ends. */
export class Client extends Wire {
  /** Who is signed in; `mode` is local where nobody needs to. */
  session(signal?: AbortSignal): Promise<Session> {
    return this.get("/api/session", {}, signal);
  }

  /** How one may sign in here. */
  entry(signal?: AbortSignal): Promise<Entry> {
    return this.get("/api/entry", {}, signal);
  }

  /** Signs in; the browser keeps the cookie. The code is empty until the server asks for one. */
  signIn(name: string, password: string, code: string): Promise<Session> {
    return this.tell("POST", "/api/session", { name, password, ...(code ? { code } : {}) });
  }

  /** Whose set-up link a secret is of. */
  async setupOf(secret: string): Promise<string> {
    return (await this.tell<{ login: string }>("POST", "/api/setup/see", { secret })).login;
  }

  /** Chooses a password by a set-up link, and signs in. */
  setUp(secret: string, password: string): Promise<Session> {
    return this.tell("POST", "/api/setup", { secret, password });
  }

  /** Begins to set up a second factor; in the place of one that there is, by a code of that. */
  offerSecond(code?: string): Promise<Offer> {
    return this.tell("POST", "/api/session/second", code ? { code } : undefined);
  }

  /** Puts it in force by a code of it; returns recovery codes, which are shown this once. */
  async confirmSecond(code: string): Promise<readonly string[]> {
    return (await this.tell<{ recovery: readonly string[] }>("PUT", "/api/session/second", { code })).recovery;
  }

  /** Shows a code of the second factor after signing in elsewhere. */
  proveSecond(code: string): Promise<void> {
    return this.tell("POST", "/api/session/code", { code });
  }

  signOut(): Promise<void> {
    return this.tell("DELETE", "/api/session");
  }

  /** Takes the second factor away, by a code of it. */
  dropSecond(code: string): Promise<void> {
    return this.tell("DELETE", "/api/session/second", { code });
  }

  /** Changes the own password, and ends the other sign-ins. */
  changePassword(old: string, password: string): Promise<void> {
    return this.tell("PUT", "/api/session/password", { old, password });
  }

  /** The own sign-ins that last. */
  async signIns(signal?: AbortSignal): Promise<readonly SignIn[]> {
    return (await this.get<{ items: readonly SignIn[] }>("/api/sessions", {}, signal)).items;
  }

  endSignIn(id: number): Promise<void> {
    return this.command("DELETE", `/api/sessions/${id}`);
  }

  status(signal?: AbortSignal): Promise<Status> {
    return this.get("/api/status", {}, signal);
  }

  identify(lon: number, lat: number, signal?: AbortSignal): Promise<Identified> {
    return this.get("/api/identify", { lon: lon.toFixed(7), lat: lat.toFixed(7) }, signal);
  }

  async search(q: string, limit: number, signal?: AbortSignal): Promise<readonly Hit[]> {
    const { hits } = await this.get<{ hits: readonly Hit[] | null }>("/api/search", { q, limit: String(limit) }, signal);
    return hits ?? [];
  }

  async categories(signal?: AbortSignal): Promise<readonly Category[]> {
    const reply = await this.get<readonly Category[] | { items: readonly Category[] }>("/api/categories", {}, signal);
    return "items" in reply ? reply.items : reply;
  }

  division(code: string, signal?: AbortSignal): Promise<Division> {
    return this.get(`/api/divisions/${encodeURIComponent(code)}`, { geometry: "true" }, signal);
  }

  /** A division without its geometry. */
  divisionBrief(code: string, signal?: AbortSignal): Promise<Division> {
    return this.get(`/api/divisions/${encodeURIComponent(code)}`, { geometry: "false" }, signal);
  }

  /** The divisions under one, or all of them, down to a level; with their counters, without their geometry. */
  divisions({ under, down_to: level }: { under: string; down_to: number }, signal?: AbortSignal): Promise<readonly Division[]> {
    return this.all<Division>("/api/divisions", { under, down_to: String(level), geometry: "false" }, signal);
  }

  /** What a division manages, in the order of codes. */
  children(code: string, signal?: AbortSignal): Promise<readonly Division[]> {
    return this.all<Division>("/api/divisions", { parent: code, geometry: "false" }, signal);
  }

  /** The divisions of which nobody said who manages them. */
  unplaced(signal?: AbortSignal): Promise<readonly Division[]> {
    return this.all<Division>("/api/divisions", { unplaced: "true", geometry: "false" }, signal);
  }

  /** Every event that is not closed, at most `most` of each state. */
  async openEvents(most: number, signal?: AbortSignal): Promise<readonly EventRecord[]> {
    const lists = openStates.map((state) => this.all<EventRecord>("/api/events", { filter: `state:${state}` }, signal, most));
    return (await Promise.all(lists)).flat();
  }

  workers(signal?: AbortSignal): Promise<readonly WorkerBrief[]> {
    return this.all<WorkerBrief>("/api/workers", {}, signal, 5000);
  }

  entity<T>(kind: string, id: number, signal?: AbortSignal): Promise<T> {
    return this.get(`/api/${kind}/${id}`, {}, signal);
  }

  /** Something by its kind and its id, or the code of a division; without its geometry. */
  thing(of: string, key: string, signal?: AbortSignal): Promise<Thing> {
    return this.get(`/api/${of}/${encodeURIComponent(key)}`, of === "divisions" ? { geometry: "false" } : {}, signal);
  }

  /** Who is registered at or lives in a home; names, numbers and phones as this viewer may see them. */
  residents(home: number, signal?: AbortSignal): Promise<readonly Resident[]> {
    return this.all<Resident>("/api/people", { filter: `dwelling:${home}`, geometry: "false" }, signal, 100);
  }

  /** Shows somebody's record in the open for a while; what was given as the reason stays in that person's file. */
  unmask(person: number, why: Why, signal?: AbortSignal): Promise<Unveiled> {
    return this.send(`/api/people/${person}/unmask`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(why) }, signal);
  }

  within(query: WithinQuery, signal?: AbortSignal): Promise<WithinReply> {
    const { area, ...rest } = query;
    return this.send("/api/within", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...area, ...rest }),
    }, signal);
  }

  /** Every item of a list, or the first `most`. */
  private async all<T>(path: string, query: Record<string, string>, signal?: AbortSignal, most = Infinity): Promise<readonly T[]> {
    const items: T[] = [];
    let cursor: string | null = "";
    while (cursor !== null && items.length < most) {
      const page: Page<T> = await this.get(path, { ...query, limit: "1000", ...(cursor ? { cursor } : {}) }, signal);
      items.push(...(page.items ?? []));
      cursor = page.next || null;
    }
    return items;
  }
}
