import { backoff } from "./backoff";
import { decodeTextFrame, decodeTileFrame } from "./frames";
import type { ClientFrame, ServerFrame, TileFrame, ViewFrame, WelcomeFrame } from "./frames";

export type Connection = "connecting" | "live" | "retrying" | "off";

/** What a socket needs of its surroundings; tests bring their own. */
export interface Surroundings {
  readonly open: (url: string, protocol: string) => WebSocket;
  readonly later: (after: number, run: () => void) => () => void;
  readonly chance: () => number;
  readonly now: () => number;
}

export interface FeedListener {
  /** Each text frame in the order of arrival, welcome and resync among them. */
  frame(frame: ServerFrame): void;
  tile(tile: TileFrame): void;
  /** `lag` is the last round trip in milliseconds, where one was measured. */
  connection(state: Connection, lag?: number): void;
  /** Nobody is signed in, or not any more. */
  signedOut(): void;
  /** Frames were lost: what is shown must be read again. */
  lost(): void;
  /** The server looks where this view says; every frame from here on is of it, or of a later one. */
  looking(view: ViewFrame): void;
}

const protocol = "quanxi.v1";
const pingEvery = 10_000;
const beatEvery = 2_000;
const silence = 25_000;
const attemptsUntilOff = 4;

/**
 * One connection to the feed that comes back by itself: with growing pauses,
 * and resuming where it stopped. Frames of a socket that is no longer the
 * current one are dropped. Everything runs on the page's one thread.
 */
export class FeedSocket {
  private socket: WebSocket | undefined;
  private view: ViewFrame | undefined;
  private cursor: string | undefined;
  private counted = 0;
  private attempt = 0;
  private welcomed = false;
  private closed = false;
  private heardAt = 0;
  private pingedAt = 0;
  private readonly asked: { at: number; view: ViewFrame | undefined }[] = []; // the pings that are not answered
  private stopTimer: () => void = () => {};

  constructor(
    private readonly url: string,
    private readonly sets: readonly string[],
    private readonly listener: FeedListener,
    private readonly around: Surroundings = browser,
  ) {}

  connect(): void {
    this.closed = false;
    this.begin();
  }

  /** Ends the connection for good. */
  close(): void {
    this.closed = true;
    this.stopTimer();
    this.drop();
  }

  /** Tries again now instead of at the end of the pause; no-op while connected. */
  hurry(): void {
    if (this.closed || this.socket) return;
    this.stopTimer();
    this.begin();
  }

  /** Whether frames can be sent now. */
  get live(): boolean {
    return this.welcomed;
  }

  /** Says what the screen looks at; repeated after each connection. */
  look(view: ViewFrame): void {
    this.view = view;
    if (this.welcomed) this.ask();
  }

  /** Sends a frame; false if there is no connection, and then nothing was sent. */
  send(frame: ClientFrame): boolean {
    if (!this.socket || this.socket.readyState !== 1) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private begin(): void {
    this.counted = 0;
    this.asked.length = 0;
    const socket = this.around.open(this.url, protocol);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    const current = <E extends Event>(handle: (event: E) => void) => (event: E) => {
      if (this.socket === socket) handle(event);
    };
    socket.onopen = current(() => this.greet());
    socket.onmessage = current((event: MessageEvent) => this.receive(event.data));
    socket.onclose = current((event: CloseEvent) => (isFinal(event.code) ? this.end(event.code) : this.retry()));
  }

  private greet(): void {
    this.heardAt = this.around.now();
    this.send({ op: "hello", sets: this.sets, ...(this.cursor ? { resume: this.cursor } : {}) });
    this.beat();
  }

  private beat(): void {
    this.stopTimer = this.around.later(beatEvery, () => {
      const now = this.around.now();
      if (now - this.heardAt > silence) return this.retry();
      const waits = this.asked[0];
      // An answer that is late already is told as late, not as fast as the last one was.
      if (waits && now - waits.at >= beatEvery) this.listener.connection("live", now - waits.at);
      if (now - this.pingedAt >= pingEvery) this.ping();
      this.beat();
    });
  }

  private receive(data: unknown): void {
    this.heardAt = this.around.now();
    if (data instanceof ArrayBuffer) {
      const tile = decodeTileFrame(data);
      if (tile) this.listener.tile(tile);
      return;
    }
    const frame = decodeTextFrame(String(data));
    if (frame) this.accept(frame);
  }

  private accept(frame: ServerFrame): void {
    if (typeof frame.n === "number") {
      if (this.counted > 0 && frame.n > this.counted + 1) {
        this.listener.lost();
        this.ask();
      }
      this.counted = Math.max(this.counted, frame.n);
    }
    if ("cursor" in frame && typeof frame.cursor === "string") this.cursor = frame.cursor;
    if (frame.op === "welcome") this.welcome(frame as WelcomeFrame);
    if (frame.op === "resync") this.cursor = undefined;
    this.listener.frame(frame);
    if (frame.op === "pong") this.answered();
    if (frame.op === "resync") this.ask();
  }

  /** The server answers in order: the oldest ping is the one, and the view that was sent before it is in force. */
  private answered(): void {
    const ping = this.asked.shift();
    if (!ping) return;
    this.listener.connection("live", this.around.now() - ping.at);
    if (ping.view) this.listener.looking(ping.view);
  }

  /** Sends the view, and asks to be told when it is in force. */
  private ask(): void {
    if (this.view) this.send(this.view);
    this.ping();
  }

  private ping(): void {
    this.pingedAt = this.around.now();
    if (this.send({ op: "ping" })) this.asked.push({ at: this.pingedAt, view: this.view });
  }

  private welcome(frame: WelcomeFrame): void {
    this.welcomed = true;
    this.attempt = 0;
    if (frame.cursor) this.cursor = frame.cursor;
    this.listener.connection("live");
    this.ask();
  }

  private retry(): void {
    this.stopTimer();
    this.drop();
    if (this.closed) return;
    this.listener.connection(this.attempt < attemptsUntilOff ? "retrying" : "off");
    this.stopTimer = this.around.later(backoff(this.attempt++, this.around.chance()), () => this.begin());
  }

  /** The server says that coming back would only fail again. */
  private end(code: number): void {
    this.close();
    this.listener.connection("off");
    if (code === signedOut) this.listener.signedOut();
  }

  private drop(): void {
    this.welcomed = false;
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }
}

const signedOut = 4101;

/** Close codes after which a client does not come back (docs/FEED.md). */
function isFinal(code: number): boolean {
  return code === 1009 || (code >= 4100 && code < 4200);
}

const browser: Surroundings = {
  open: (url, name) => new WebSocket(url, name),
  later: (after, run) => {
    const timer = setTimeout(run, after);
    return () => clearTimeout(timer);
  },
  chance: Math.random,
  now: Date.now,
};
