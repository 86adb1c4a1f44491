/**
 * As much of Mapbox Vector Tiles 2.1 as the page needs itself: reading one
 * layer. MapLibre reads the rest.
 */

export interface TileFeature {
  readonly id: number;
  readonly type: 1 | 2 | 3;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
  /** Parts in tile units, x to the right and y down; rings are not closed. */
  readonly parts: readonly (readonly Pixel[])[];
}

export type Pixel = readonly [x: number, y: number];

export interface TileLayer {
  readonly name: string;
  readonly extent: number;
  readonly features: readonly TileFeature[];
}

/** Reads the layer of that name; undefined if the tile has none. Throws a RangeError on bytes that are no tile. */
export function readLayer(tile: ArrayBuffer, name: string): TileLayer | undefined {
  const tileReader = new Reader(new Uint8Array(tile));
  while (tileReader.more) {
    const { field, bytes } = tileReader.next();
    if (field === 3 && bytes && nameOf(bytes) === name) return layerOf(bytes);
  }
  return undefined;
}

function nameOf(bytes: Uint8Array): string {
  const reader = new Reader(bytes);
  while (reader.more) {
    const { field, bytes: value } = reader.next();
    if (field === 1 && value) return decode(value);
  }
  return "";
}

function layerOf(bytes: Uint8Array): TileLayer {
  const reader = new Reader(bytes);
  const keys: string[] = [];
  const values: (string | number | boolean)[] = [];
  const raw: Uint8Array[] = [];
  let name = "";
  let extent = 4096;
  while (reader.more) {
    const { field, number, bytes: value } = reader.next();
    if (field === 1 && value) name = decode(value);
    if (field === 2 && value) raw.push(value);
    if (field === 3 && value) keys.push(decode(value));
    if (field === 4 && value) values.push(valueOf(value));
    if (field === 5) extent = number;
  }
  return { name, extent, features: raw.map((feature) => featureOf(feature, keys, values)) };
}

function featureOf(bytes: Uint8Array, keys: readonly string[], values: readonly (string | number | boolean)[]): TileFeature {
  const reader = new Reader(bytes);
  const properties: Record<string, string | number | boolean> = {};
  let id = 0;
  let type: 1 | 2 | 3 = 1;
  let parts: Pixel[][] = [];
  while (reader.more) {
    const { field, number, bytes: value } = reader.next();
    if (field === 1) id = number;
    if (field === 3) type = number as 1 | 2 | 3;
    if (field === 4 && value) parts = partsOf(value);
    if (field !== 2 || !value) continue;
    const tags = new Reader(value);
    while (tags.more) {
      const key = keys[tags.varint()];
      const held = values[tags.varint()];
      if (key !== undefined && held !== undefined) properties[key] = held;
    }
  }
  return { id, type, properties, parts };
}

function partsOf(bytes: Uint8Array): Pixel[][] {
  const reader = new Reader(bytes);
  const parts: Pixel[][] = [];
  let x = 0;
  let y = 0;
  while (reader.more) {
    const command = reader.varint();
    const verb = command & 7;
    for (let i = command >> 3; i > 0 && verb !== 7; i--) {
      x += reader.zigzag();
      y += reader.zigzag();
      if (verb === 1) parts.push([]);
      parts.at(-1)?.push([x, y]);
    }
  }
  return parts;
}

function valueOf(bytes: Uint8Array): string | number | boolean {
  const reader = new Reader(bytes);
  const { field, number, bytes: value } = reader.next();
  const view = value && new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (field === 1 && value) return decode(value);
  if (field === 2 && view) return view.getFloat32(0, true);
  if (field === 3 && view) return view.getFloat64(0, true);
  if (field === 6) return number % 2 === 1 ? -(number + 1) / 2 : number / 2;
  return field === 7 ? number === 1 : number;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Protobuf's wire format. Numbers beyond 2^53 lose their last digits; no id is that large. */
class Reader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get more(): boolean {
    return this.at < this.bytes.length;
  }

  next(): { field: number; number: number; bytes?: Uint8Array } {
    const key = this.varint();
    const field = Math.floor(key / 8);
    switch (key % 8) {
      case 0: return { field, number: this.varint() };
      case 1: return { field, number: 0, bytes: this.take(8) };
      case 2: return { field, number: 0, bytes: this.take(this.varint()) };
      case 5: return { field, number: 0, bytes: this.take(4) };
    }
    throw new RangeError("not a vector tile");
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new RangeError("vector tile ends early");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  private take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new RangeError("vector tile ends early");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}
