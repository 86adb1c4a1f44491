import { describe, expect, it } from "vitest";

import { parseTileURL, TileFetcher } from "./tiles";
import type { TileLine } from "./tiles";

const address = { layers: "base", z: 14, x: 1, y: 2 };
const body = (...list: number[]) => Uint8Array.from(list).buffer;

function make(options: { live?: boolean; status?: number } = {}) {
  const sent: { op: string; id: number }[] = [];
  const asked: string[] = [];
  let expire = () => {};
  const line: TileLine = { live: options.live ?? true, send: (frame) => sent.push(frame) > 0 };
  const request = (url: string) => {
    asked.push(url);
    return Promise.resolve(new Response(options.status === 204 ? null : body(9), { status: options.status ?? 200, headers: { ETag: '"e"' } }));
  };
  const later = (_: number, run: () => void) => {
    expire = run;
    return () => {};
  };
  return { tiles: new TileFetcher(line, Promise.resolve(), request as typeof fetch, later), sent, asked, expire: () => expire() };
}
const frame = (request: number, over: object = {}) => ({ request, set: 1, z: 14, x: 1, y: 2, version: 5n, body: body(7), ...over });
/** By then what was asked for is on the wire. */
const begun = Promise.resolve().then(() => {});
const never = new AbortController().signal;

describe("tiles", () => {
  it("come over the feed while it lives", async () => {
    const { tiles, sent, asked } = make();
    const tile = tiles.fetch(address, never);
    await begun;
    tiles.receive(frame(sent[0]!.id));
    expect(new Uint8Array((await tile).data)).toEqual(Uint8Array.of(7));
    expect(asked).toEqual([]);
  });

  it.each([["an empty one", 204], ["one that there is not", 404], ["one elsewhere", 421]])("come over HTTP while it does not, and %s is no error", async (_, status) => {
    const { tiles, sent, asked } = make({ live: false, status });
    expect((await tiles.fetch(address, never)).data.byteLength).toBe(0);
    expect(asked).toEqual(["/tiles/base/14/1/2.mvt"]);
    expect(sent).toEqual([]);
  });

  it.each(["silence", "refusal", "break"] as const)("go over HTTP after a %s", async (what) => {
    const { tiles, sent, expire } = make();
    const tile = tiles.fetch(address, never);
    await begun;
    if (what === "silence") expire();
    if (what === "refusal") tiles.refused(sent[0]!.id);
    if (what === "break") tiles.broken();
    expect(new Uint8Array((await tile).data)).toEqual(Uint8Array.of(9));
  });

  it("that the server does not hold are empty, and not asked for again", async () => {
    const { tiles, sent, asked } = make();
    const tile = tiles.fetch(address, never);
    await begun;
    tiles.elsewhere(sent[0]!.id);
    expect((await tile).data.byteLength).toBe(0);
    expect(asked).toEqual([]);
  });

  it("that are no longer wanted are cancelled at the server", async () => {
    const { tiles, sent } = make();
    const abort = new AbortController();
    const tile = tiles.fetch(address, abort.signal);
    await begun;
    abort.abort();
    await expect(tile).rejects.toMatchObject({ name: "AbortError" });
    expect(sent.at(-1)).toEqual({ op: "cancel", id: sent[0]!.id });
  });

  it("that are pushed wait until they are asked for, once", async () => {
    const { tiles, sent } = make();
    tiles.name({ base: 1 });
    expect(tiles.receive(frame(0))).toEqual(address);
    expect((await tiles.fetch(address, never)).etag).toBe("v5");
    expect(sent).toEqual([]);
    void tiles.fetch(address, never);
    await begun;
    expect(sent).toHaveLength(1);
  });

  it("that came over HTTP are named once, so that they can be asked for again where staleness is told", async () => {
    const { tiles } = make({ live: false });
    await tiles.fetch(address, never);
    expect(tiles.takeUnwatched()).toEqual(["base"]);
    expect(tiles.takeUnwatched()).toEqual([]);
  });

  it("of equal versions have equal tags", async () => {
    const { tiles, sent } = make();
    const first = tiles.fetch(address, never);
    await begun;
    tiles.receive(frame(sent[0]!.id));
    const second = tiles.fetch(address, never);
    await begun;
    tiles.receive(frame(sent[1]!.id));
    expect((await first).etag).toBe((await second).etag);
  });
});

it.each([
  ["ht://base/14/1/2", address],
  ["ht://base,divisions/0/0/0", { layers: "base,divisions", z: 0, x: 0, y: 0 }],
  ["ht://base/14/1", undefined],
  ["https://elsewhere/base/1/2/3", undefined],
])("%s", (url, expected) => {
  expect(parseTileURL(url)).toEqual(expected);
});
