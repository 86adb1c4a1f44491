import { describe, expect, it } from "vitest";

import { decodeTextFrame, decodeTileFrame } from "./frames";

const bytes = (text: string) => Uint8Array.from(text.split(" ").map((hex) => parseInt(hex, 16))).buffer;

describe("a tile frame", () => {
  it("reads the example of docs/FEED.md", () => {
    const frame = decodeTileFrame(bytes("00 00 01 02 00 02 10 00 00 cb dc 00 00 6a 1b 11 22 33 44 55 66 77 88 1a"));
    expect(frame).toMatchObject({ request: 258, set: 2, z: 16, x: 52188, y: 27163, version: 0x1122334455667788n });
    expect(new Uint8Array(frame!.body)).toEqual(Uint8Array.of(0x1a));
  });

  it("may be empty, but not shorter than its head", () => {
    expect(decodeTileFrame(new ArrayBuffer(23))?.body.byteLength).toBe(0);
    expect(decodeTileFrame(new ArrayBuffer(22))).toBeUndefined();
  });
});

it.each([["no JSON", "{"], ["a list", "[1]"], ["null", "null"], ["an object without an op", '{"n":1}'], ["an op that is no text", '{"op":1}']])("%s is no frame", (_, text) => {
  expect(decodeTextFrame(text)).toBeUndefined();
});
