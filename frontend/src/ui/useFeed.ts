import { onScopeDispose, ref, shallowRef } from "vue";
import type { Ref } from "vue";

import type { ServerFrame, StaleTile, TopicName, WelcomeFrame } from "../api/frames";
import { FeedSocket } from "../api/socket";
import type { Connection } from "../api/socket";
import { TileFetcher } from "../api/tiles";
import type { Envelope } from "../api/types";
import { Coverage } from "../model/coverage";

export interface FeedHandlers {
  frame(frame: ServerFrame): void;
  /** Tiles of a layer set are out of date: those given, or all. */
  stale(layers: string, tiles?: readonly { z: number; x: number; y: number }[]): void;
  /** The server has another history, one that went on too far, or another area: what was held says nothing any more. */
  forget(): void;
  /** Everything that is shown is to be read now: frames from here on are not older than what is read. */
  read(): void;
  /** The same for what depends on the view, which reaches further than what was read. */
  reach(): void;
  /** Nobody is signed in, or not any more. */
  signedOut(): void;
}

export interface Feed {
  readonly connection: Ref<Connection>;
  /** Last round trip in milliseconds; undefined before the first. */
  readonly lag: Ref<number | undefined>;
  /** When the connection was lost; 0 while it holds. */
  readonly lostAt: Ref<number>;
  /** Since when the server knows that it may not have told everything, though the connection holds; 0 while it has. */
  readonly heldAt: Ref<number>;
  readonly tiles: TileFetcher;
  /** Counts how often everything was to be read. */
  readonly renewed: Ref<number>;
  look(view: { envelope: Envelope; zoom: number }): void;
}

const gather = 150;
const openingTime = 1200;
/** A moment's lateness is nobody's concern. */
const late = 3000;
const topics: readonly TopicName[] = ["events", "workers", "counters", "alerts"];

/** The page's one feed socket, closed with the scope. Stale tiles are gathered for a moment, so that none is read twice. */
export function useFeed(sets: readonly string[], handlers: FeedHandlers): Feed {
  const connection = ref<Connection>("connecting");
  const lag = ref<number>();
  const lostAt = ref(0);
  const heldAt = ref(0);
  const names = shallowRef<Readonly<Record<string, number>>>({});
  const pile = new StalePile(handlers);
  const coverage = new Coverage();

  let opened = () => {};
  const begun = new Promise<void>((resolve) => (opened = resolve));
  const renewed = ref(0);
  const read = () => {
    clearTimeout(patience);
    renewed.value++;
    handlers.read();
  };
  // Without a feed there is still HTTP: the page shows what it can, and reads again when the feed comes.
  const patience = setTimeout(() => {
    opened();
    read();
  }, openingTime);

  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/feed`;
  const socket = new FeedSocket(url, sets, {
    frame(frame) {
      if (frame.op === "welcome" && "sets" in frame) {
        names.value = frame.sets as Readonly<Record<string, number>>;
        tiles.name(names.value);
        for (const layers of tiles.takeUnwatched()) handlers.stale(layers);
        const { area } = frame as WelcomeFrame;
        if (coverage.welcome(`${String(frame.epoch)} ${area?.code ?? ""}`)) handlers.forget();
      }
      if (frame.op === "resync") {
        coverage.lose();
        handlers.forget();
      }
      if (frame.op === "stale" && "tiles" in frame) pile.add(frame.tiles as readonly StaleTile[], names.value);
      if (frame.op === "pong") heldAt.value = heldSince(heldAt.value, "late_ms" in frame ? Number(frame.late_ms) : 0);
      if (frame.op === "error" && typeof frame.id === "number") {
        if (frame.code === "not_held") tiles.elsewhere(frame.id);
        else tiles.refused(frame.id);
      }
      handlers.frame(frame);
    },
    tile(tile) {
      const pushed = tiles.receive(tile);
      if (pushed) pile.add([pushed], names.value);
    },
    connection(state, roundTrip) {
      opened();
      connection.value = state;
      if (roundTrip !== undefined) lag.value = roundTrip;
      if (state === "live") lostAt.value = 0;
      else {
        lostAt.value ||= Date.now();
        tiles.broken();
      }
    },
    lost: () => coverage.lose(),
    signedOut: () => handlers.signedOut(),
    looking({ bbox }) {
      const what = coverage.look(bbox);
      if (what === "all") read();
      if (what === "more") handlers.reach();
    },
  });
  const tiles: TileFetcher = new TileFetcher(socket, begun);

  const hurry = () => socket.hurry();
  addEventListener("online", hurry);
  socket.connect();
  onScopeDispose(() => {
    removeEventListener("online", hurry);
    clearTimeout(patience);
    pile.stop();
    socket.close();
  });
  return {
    connection, lag, lostAt, heldAt, tiles, renewed,
    look: ({ envelope, zoom }) => socket.look({ op: "view", bbox: envelope, zoom, layers: sets, topics }),
  };
}

/** The moment stays the same as long as it lasts, whatever the clocks say. */
function heldSince(before: number, lateness: number): number {
  return lateness < late ? 0 : before || Date.now() - lateness;
}

/** Gathers stale tiles by layer set and hands them on together. */
class StalePile {
  private readonly held = new Map<string, Map<string, { z: number; x: number; y: number }>>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly handlers: FeedHandlers) {}

  add(tiles: readonly StaleTile[], names: Readonly<Record<string, number>>): void {
    for (const { layers, set, z, x, y } of tiles) {
      const name = layers ?? Object.keys(names).find((known) => names[known] === set);
      if (name === undefined) continue;
      const pile = this.held.get(name) ?? new Map<string, { z: number; x: number; y: number }>();
      this.held.set(name, pile.set(`${z}/${x}/${y}`, { z, x, y }));
    }
    this.timer ??= setTimeout(() => this.hand(), gather);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private hand(): void {
    this.timer = undefined;
    for (const [layers, pile] of this.held) this.handlers.stale(layers, [...pile.values()]);
    this.held.clear();
  }
}
