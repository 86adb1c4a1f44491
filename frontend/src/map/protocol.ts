/** Brings tiles to the map under `ht://`. */
import { addProtocol, removeProtocol } from "maplibre-gl";

import { parseTileURL } from "../api/tiles";
import type { TileAddress, TileBytes } from "../api/tiles";

export type FetchTile = (address: TileAddress, signal: AbortSignal) => Promise<TileBytes>;

/** Serves the scheme until the returned function is called. */
export function serveTiles(fetchTile: FetchTile): () => void {
  addProtocol("ht", async ({ url }, abort) => {
    const address = parseTileURL(url);
    if (!address) throw new Error(`no tile at ${url}`);
    const { data, etag } = await fetchTile(address, abort.signal);
    return { data, etag };
  });
  return () => removeProtocol("ht");
}
