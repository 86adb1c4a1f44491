import { describe, expect, it } from "vitest";

import { FeedSocket } from "./socket";
import type { Surroundings } from "./socket";

class Wire {
  binaryType = "";
  readyState = 1;
  sent: { op: string; resume?: string }[] = [];
  onopen: (event: unknown) => void = () => {};
  onmessage: (event: unknown) => void = () => {};
  onclose: (event: unknown) => void = () => {};
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  say(frame: object) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

function make() {
  const wires: Wire[] = [];
  const timers: { after: number; run: () => void }[] = [];
  const heard: string[] = [];
  const around: Surroundings = {
    open: () => {
      const wire = new Wire();
      wires.push(wire);
      return wire as unknown as WebSocket;
    },
    later: (after, run) => {
      const timer = { after, run };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), 1);
    },
    chance: () => 1, now: () => 0,
  };
  const socket = new FeedSocket("ws://here/feed", ["base"], {
    frame: ({ op }) => heard.push(op), tile: () => heard.push("tile"), connection: (state) => heard.push(`is ${state}`), signedOut: () => heard.push("signed out"), lost: () => heard.push("lost"),
    looking: ({ zoom }) => heard.push(`looking at ${zoom}`),
  }, around);
  socket.connect();
  const join = (over: object = {}) => {
    const wire = wires.at(-1)!;
    wire.onopen({});
    wire.say({ op: "welcome", n: 1, epoch: "e", plan: 0, cursor: "c1", sets: {}, ...over });
    return wire;
  };
  return { socket, wires, timers, heard, join };
}

describe("the feed's socket", () => {
  it("says hello first, then looks where it was told to", () => {
    const { socket, join } = make();
    socket.look({ op: "view", bbox: [0, 0, 1, 1], zoom: 12, layers: [], topics: [] });
    expect(join().sent.map(({ op }) => op)).toEqual(["hello", "view", "ping"]);
  });

  it("comes back after a pause, with the newest cursor and the same view", () => {
    const { socket, wires, timers, heard, join } = make();
    socket.look({ op: "view", bbox: [0, 0, 1, 1], zoom: 12, layers: [], topics: [] });
    const first = join();
    first.say({ op: "change", n: 2, cursor: "c2", kind: "events", id: 1, revision: 1, data: {} });
    first.onclose({ code: 1006 });
    expect(timers.map(({ after }) => after)).toEqual([500]);
    timers[0]!.run();
    const second = join();
    expect(second.sent[0]).toMatchObject({ op: "hello", resume: "c2" });
    expect(second.sent[1]?.op).toBe("view");
    expect(wires).toHaveLength(2);
    expect(heard).toContain("is retrying");
  });

  it("waits longer each time, and says after some that it is cut off", () => {
    const { wires, timers, heard } = make();
    const pauses: number[] = [];
    for (let i = 0; i < 6; i++) {
      wires.at(-1)!.onclose({ code: 1006 });
      pauses.push(timers[0]!.after);
      timers.splice(0, 1)[0]!.run();
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000]);
    expect(heard.at(-1)).toBe("is off");
  });

  it("does not come back when the server says it would only fail again", () => {
    const { timers, heard, join } = make();
    join().onclose({ code: 4100 });
    expect(timers).toEqual([]);
    expect(heard.at(-1)).toBe("is off");
  });

  it("says so when nobody is signed in any more, and does not come back", () => {
    const { timers, heard, join } = make();
    join().onclose({ code: 4101 });
    expect(timers).toEqual([]);
    expect(heard.slice(-2)).toEqual(["is off", "signed out"]);
  });

  it("tells which view is in force when the ping after it is answered", () => {
    const { socket, heard, join } = make();
    const view = (zoom: number) => ({ op: "view" as const, bbox: [0, 0, 1, 1] as const, zoom, layers: [], topics: [] });
    socket.look(view(12));
    const wire = join();
    socket.look(view(13));
    wire.say({ op: "change", n: 2, kind: "events", id: 1, revision: 1, data: {} });
    wire.say({ op: "pong", n: 3 });
    wire.say({ op: "pong", n: 4 });
    expect(heard.filter((what) => what === "change" || what.startsWith("looking"))).toEqual(["change", "looking at 12", "looking at 13"]);
  });

  it("looks again after a resync, and forgets the answers of an old connection", () => {
    const { socket, timers, heard, join } = make();
    socket.look({ op: "view", bbox: [0, 0, 1, 1], zoom: 12, layers: [], topics: [] });
    const first = join();
    first.say({ op: "resync", n: 2, reason: "slow" });
    expect(first.sent.map(({ op }) => op)).toEqual(["hello", "view", "ping", "view", "ping"]);
    first.onclose({ code: 1006 });
    timers.at(-1)!.run();
    join().say({ op: "pong", n: 2 });
    expect(heard.filter((what) => what.startsWith("looking"))).toHaveLength(1);
  });

  it("notices a hole in the count of frames", () => {
    const { heard, join } = make();
    const wire = join();
    wire.say({ op: "pong", n: 2 });
    wire.say({ op: "pong", n: 4 });
    expect(heard.filter((what) => what === "lost")).toHaveLength(1);
  });

  it("drops what comes from a socket that is no longer the current one", () => {
    const { timers, heard, join } = make();
    const first = join();
    first.onclose({ code: 1006 });
    timers[0]!.run();
    const before = heard.length;
    first.say({ op: "pong", n: 9 });
    expect(heard).toHaveLength(before);
  });

  it("stays closed once closed", () => {
    const { socket, timers, join } = make();
    const wire = join();
    socket.close();
    wire.onclose({ code: 1000 });
    expect(timers).toEqual([]);
  });

  it("reads over what is no frame", () => {
    const { heard, join } = make();
    const before = (join(), heard.length);
    make().join().onmessage({ data: "{" });
    expect(heard).toHaveLength(before);
  });
});
