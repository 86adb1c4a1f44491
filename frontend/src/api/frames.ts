/**
 * The feed's frames (docs/FEED.md): text frames are JSON, binary frames are tiles.
 */
import type { Envelope } from "./types";

export type TopicName = "events" | "workers" | "counters" | "alerts";

export interface ViewFrame {
  readonly op: "view";
  readonly bbox: Envelope;
  readonly zoom: number;
  readonly layers: readonly string[];
  readonly topics: readonly TopicName[];
}

export type ClientFrame =
  | { readonly op: "hello"; readonly resume?: string; readonly sets: readonly string[] }
  | ViewFrame
  | { readonly op: "tile"; readonly id: number; readonly layers: string; readonly z: number; readonly x: number; readonly y: number }
  | { readonly op: "cancel"; readonly id: number }
  | { readonly op: "ping" };

export interface WelcomeFrame {
  readonly op: "welcome";
  readonly n?: number;
  readonly epoch: string;
  readonly plan: number;
  readonly cursor?: string;
  readonly sets: Readonly<Record<string, number>>;
  /** The one area that the server holds; absent if it holds everything. */
  readonly area?: { readonly code: string; readonly name: string };
}

export interface ChangeFrame {
  readonly op: "change" | "alert";
  readonly n?: number;
  readonly cursor?: string;
  readonly kind: string;
  readonly id: number;
  readonly revision: number;
  readonly data: unknown;
}

export interface GoneFrame {
  readonly op: "gone";
  readonly n?: number;
  readonly cursor?: string;
  readonly kind: string;
  readonly id: number;
  readonly revision: number;
}

export interface StateFrame {
  readonly op: "state";
  readonly n?: number;
  readonly topic: string;
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

export interface StaleTile {
  readonly layers?: string;
  readonly set?: number;
  readonly z: number;
  readonly x: number;
  readonly y: number;
  readonly version?: number;
}

export interface StaleFrame {
  readonly op: "stale";
  readonly n?: number;
  readonly tiles: readonly StaleTile[];
}

export interface ResyncFrame {
  readonly op: "resync";
  readonly n?: number;
  readonly reason: string;
}

export interface OtherFrame {
  readonly op: "pong" | "error" | "set" | "outside";
  readonly n?: number;
  readonly [field: string]: unknown;
}

export type ServerFrame = WelcomeFrame | ChangeFrame | GoneFrame | StateFrame | StaleFrame | ResyncFrame | OtherFrame;

/** A tile as it comes over the socket. `request` is 0 for one that was pushed. */
export interface TileFrame {
  readonly request: number;
  readonly set: number;
  readonly z: number;
  readonly x: number;
  readonly y: number;
  readonly version: bigint;
  readonly body: ArrayBuffer;
}

const tileHeader = 4 + 2 + 1 + 4 + 4 + 8;

/** Reads a binary frame, numbers in network order; undefined if it is too short to be one. */
export function decodeTileFrame(frame: ArrayBuffer): TileFrame | undefined {
  if (frame.byteLength < tileHeader) return undefined;
  const view = new DataView(frame);
  return {
    request: view.getUint32(0),
    set: view.getUint16(4),
    z: view.getUint8(6),
    x: view.getUint32(7),
    y: view.getUint32(11),
    version: view.getBigUint64(15),
    body: frame.slice(tileHeader),
  };
}

/** Reads a text frame; undefined if it is not a JSON object with an op. */
export function decodeTextFrame(text: string): ServerFrame | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    const isFrame = typeof frame === "object" && frame !== null && typeof (frame as { op?: unknown }).op === "string";
    return isFrame ? (frame as ServerFrame) : undefined;
  } catch {
    return undefined;
  }
}
