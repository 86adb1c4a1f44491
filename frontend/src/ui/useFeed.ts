import { onScopeDispose, ref, shallowRef } from "vue";
import type { Ref } from "vue";

import type { ServerFrame, StaleTile, TopicName } from "../api/frames";
import { FeedSocket } from "../api/socket";
import type { Connection } from "../api/socket";
import { TileFetcher } from "../api/tiles";
import type { Envelope } from "../api/types";

export interface FeedHandlers {
  frame(frame: ServerFrame): void;
  /** Tiles of a layer set are out of date: those given, or all. */
  stale(layers: string, tiles?: readonly { z: number; x: number; y: number }[]): void;
  /** What is shown may be out of date throughout: read everything again. */
  resync(): void;
}

export interface Feed {
  readonly connection: Ref<Connection>;
  /** Last round trip in milliseconds; undefined before the first. */
  readonly lag: Ref<number | undefined>;
  /** When the connection was lost; 0 while it holds. */
  readonly lostAt: Ref<number>;
  readonly tiles: TileFetcher;
  look(view: { envelope: Envelope; zoom: number }): void;
}

const gather = 150;
const openingTime = 1200;
const topics: readonly TopicName[] = ["events", "workers", "counters", "alerts"];

/** The page's one feed socket, closed with the scope. Stale tiles are gathered for a moment, so that none is read twice. */
export function useFeed(sets: readonly string[], handlers: FeedHandlers): Feed {
  const connection = ref<Connection>("connecting");
  const lag = ref<number>();
  const lostAt = ref(0);
  const names = shallowRef<Readonly<Record<string, number>>>({});
  const pile = new StalePile(handlers);
  let connectedBefore = false;

  let opened = () => {};
  const begun = new Promise<void>((resolve) => (opened = resolve));
  const patience = setTimeout(() => opened(), openingTime);

  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/feed`;
  const socket = new FeedSocket(url, sets, {
    frame(frame) {
      if (frame.op === "welcome" && "sets" in frame) {
        names.value = frame.sets as Readonly<Record<string, number>>;
        tiles.name(names.value);
        const unwatched = tiles.takeUnwatched();
        if (connectedBefore) handlers.resync();
        else for (const layers of unwatched) handlers.stale(layers);
        connectedBefore = true;
      }
      if (frame.op === "resync") handlers.resync();
      if (frame.op === "stale" && "tiles" in frame) pile.add(frame.tiles as readonly StaleTile[], names.value);
      if (frame.op === "error" && typeof frame.id === "number") tiles.refused(frame.id);
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
    lost: () => handlers.resync(),
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
    connection, lag, lostAt, tiles,
    look: ({ envelope, zoom }) => socket.look({ op: "view", bbox: envelope, zoom, layers: sets, topics }),
  };
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
