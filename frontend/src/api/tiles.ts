import type { TileFrame } from "./frames";

/** A tile of a layer set, such as "base" or "buildings". */
export interface TileAddress {
  readonly layers: string;
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

export interface TileBytes {
  readonly data: ArrayBuffer;
  /** Equal for equal bytes, so that the map need not parse again. */
  readonly etag: string;
}

/** The feed as far as tiles need it. */
export interface TileLine {
  readonly live: boolean;
  send(frame:
    | { op: "tile"; id: number; layers: string; z: number; x: number; y: number }
    | { op: "cancel"; id: number }): boolean;
}

interface Waiting {
  readonly address: TileAddress;
  readonly answer: (bytes: TileBytes) => void;
  readonly refuse: (why: Error) => void;
  readonly release: () => void;
}

const patience = 8000;
/** An empty tile, no such tile, and one of what this server does not hold. */
const nothingHere = [204, 404, 421];

/** Names one tile, as the key of maps. */
export function tileKey({ layers, z, x, y }: TileAddress): string {
  return `${layers}/${z}/${x}/${y}`;
}

/** Reads `ht://base/14/13051/6767`; undefined if it is something else. */
export function parseTileURL(url: string): TileAddress | undefined {
  const match = /^ht:\/\/([\w,-]+)\/(\d+)\/(\d+)\/(\d+)/.exec(url);
  if (!match) return undefined;
  return { layers: match[1]!, z: Number(match[2]), x: Number(match[3]), y: Number(match[4]) };
}

/**
 * Fetches tiles over the feed, and over HTTP while there is none or when it
 * does not answer in time. A tile that the server pushed is kept until it is
 * asked for. All on the page's one thread.
 */
export class TileFetcher {
  private readonly waiting = new Map<number, Waiting>();
  private readonly pushed = new Map<string, TileBytes>();
  private readonly unwatched = new Set<string>();
  private sets = new Map<number, string>();
  private last = 0;

  /** @param begun when the line has had its time to open: tiles wait for it rather than be fetched twice */
  constructor(
    private readonly line: TileLine,
    private readonly begun: Promise<unknown> = Promise.resolve(),
    private readonly request: typeof fetch = (...args) => fetch(...args),
    private readonly later: (after: number, run: () => void) => () => void = timer,
  ) {}

  /** The numbers that the server gave to layer sets. */
  name(sets: Readonly<Record<string, number>>): void {
    this.sets = new Map(Object.entries(sets).map(([layers, number]) => [number, layers]));
  }

  /** Rejects with an AbortError when the signal ends, with an Error when the server refuses. */
  async fetch(address: TileAddress, signal: AbortSignal): Promise<TileBytes> {
    const kept = this.pushed.get(tileKey(address));
    if (kept) {
      this.pushed.delete(tileKey(address));
      return kept;
    }
    await this.begun;
    signal.throwIfAborted();
    return this.line.live ? this.overFeed(address, signal) : this.overHTTP(address, signal);
  }

  /**
   * The layer sets of tiles that came over HTTP since this was last asked. The
   * feed does not know that they are held, and will not say when they are stale.
   */
  takeUnwatched(): string[] {
    const sets = [...this.unwatched];
    this.unwatched.clear();
    return sets;
  }

  /** Takes a tile from the feed. Returns its address if it was pushed, so that the map can draw it. */
  receive(tile: TileFrame): TileAddress | undefined {
    const bytes = { data: tile.body, etag: `v${tile.version}` };
    const asked = this.waiting.get(tile.request);
    if (asked) {
      asked.release();
      asked.answer(bytes);
      return undefined;
    }
    const layers = this.sets.get(tile.set);
    if (tile.request !== 0 || layers === undefined) return undefined;
    const address = { layers, z: tile.z, x: tile.x, y: tile.y };
    this.pushed.set(tileKey(address), bytes);
    return address;
  }

  /** The server refused a request: HTTP says why, or answers after all. */
  refused(request: number): void {
    this.divert(request);
  }

  /** The server does not hold what a request is about: nothing is drawn there. */
  elsewhere(request: number): void {
    const asked = this.waiting.get(request);
    asked?.release();
    asked?.answer(nothing());
  }

  /** The feed broke: everything that still waits goes over HTTP. */
  broken(): void {
    this.pushed.clear();
    for (const request of [...this.waiting.keys()]) this.divert(request);
  }

  private overFeed(address: TileAddress, signal: AbortSignal): Promise<TileBytes> {
    const id = ++this.last;
    return new Promise((answer, refuse) => {
      const stopWaiting = this.later(patience, () => this.divert(id));
      const cancel = () => {
        this.line.send({ op: "cancel", id });
        this.waiting.get(id)?.release();
        refuse(new DOMException("no longer wanted", "AbortError"));
      };
      const release = () => {
        stopWaiting();
        signal.removeEventListener("abort", cancel);
        this.waiting.delete(id);
      };
      signal.addEventListener("abort", cancel);
      this.waiting.set(id, { address, answer, refuse, release });
      if (!this.line.send({ op: "tile", id, ...address })) this.divert(id);
    });
  }

  private divert(request: number): void {
    const asked = this.waiting.get(request);
    if (!asked) return;
    asked.release();
    this.overHTTP(asked.address).then(asked.answer, asked.refuse);
  }

  private async overHTTP({ layers, z, x, y }: TileAddress, signal?: AbortSignal): Promise<TileBytes> {
    this.unwatched.add(layers);
    const reply = await this.request(`/tiles/${layers}/${z}/${x}/${y}.mvt`, signal ? { signal } : {});
    if (nothingHere.includes(reply.status)) return nothing();
    if (!reply.ok) throw new Error(`tile ${layers}/${z}/${x}/${y}: ${reply.status}`);
    return { data: await reply.arrayBuffer(), etag: reply.headers.get("ETag") ?? "" };
  }
}

function nothing(): TileBytes {
  return { data: new ArrayBuffer(0), etag: "empty" };
}

function timer(after: number, run: () => void): () => void {
  const id = setTimeout(run, after);
  return () => clearTimeout(id);
}
