/** Brings tiles to the map under `ht://`, and adds to the buildings the shadows that they throw. */
import { addProtocol, removeProtocol } from "maplibre-gl";

import { readLayer, writeLayer } from "../api/mvt";
import { parseTileURL } from "../api/tiles";
import type { TileAddress, TileBytes } from "../api/tiles";
import { shadowsOf, unitsPerMetre } from "../model/sweep";

export type FetchTile = (address: TileAddress, signal: AbortSignal) => Promise<TileBytes>;

/** From this zoom of tiles on houses throw shadows. */
const shadowsFrom = 13;

/** Serves the scheme until the returned function is called. */
export function serveTiles(fetchTile: FetchTile): () => void {
  addProtocol("ht", async ({ url }, abort) => {
    const address = parseTileURL(url);
    if (!address) throw new Error(`no tile at ${url}`);
    const { data, etag } = await fetchTile(address, abort.signal);
    const shaded = address.layers === "buildings" && address.z >= shadowsFrom;
    return { data: shaded ? withShadows(data, address) : data, etag };
  });
  return () => removeProtocol("ht");
}

/** The tile with one more layer, `shadow`. A tile that cannot be read stays as it is: MapLibre will say why. */
export function withShadows(tile: ArrayBuffer, { z, y }: TileAddress): ArrayBuffer {
  const layer = readable(tile);
  if (!layer) return tile;
  const shadows = writeLayer("shadow", layer.extent, shadowsOf(layer, unitsPerMetre(z, y, layer.extent)));
  const both = new Uint8Array(tile.byteLength + shadows.length);
  both.set(new Uint8Array(tile));
  both.set(shadows, tile.byteLength);
  return both.buffer;
}

function readable(tile: ArrayBuffer): ReturnType<typeof readLayer> {
  try {
    return readLayer(tile, "buildings");
  } catch {
    return undefined;
  }
}
