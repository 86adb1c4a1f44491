/**
 * Whether lists that were read still go with what the feed tells (docs/FEED.md,
 * "What a client does"): frames follow a list only from when the server looks at
 * everything that is in it.
 */
import type { Envelope } from "../api/types";

export type Needed = "all" | "more" | "nothing";

export class Coverage {
  private history = "";
  private covered: Envelope | undefined;

  /** A connection begins. True if the server has another history, or one of another area, than the one that was read. */
  welcome(history: string): boolean {
    const other = this.history !== "" && this.history !== history;
    this.history = history;
    this.lose();
    return other;
  }

  /** Frames are missing. */
  lose(): void {
    this.covered = undefined;
  }

  /** The server looks at an envelope now. Returns what is to be read because of it. */
  look(view: Envelope): Needed {
    const before = this.covered;
    this.covered = view;
    if (!before) return "all";
    return holds(before, view) ? "nothing" : "more";
  }
}

function holds(outer: Envelope, inner: Envelope): boolean {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
}
