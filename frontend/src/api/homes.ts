import type { HomeBlock } from "../model/stack";
import { slicesOf } from "../model/stack";
import { readLayer } from "./mvt";
import type { TileAddress, TileFetcher } from "./tiles";
import type { BuildingSheet, Place } from "./types";

const zoom = 17;

/**
 * The slabs of a building's homes, from the tiles that hold it. Where the tiles
 * have none, homes are cut from the footprint side by side.
 */
export async function readHomes(tiles: TileFetcher, sheet: BuildingSheet, footprint: readonly (readonly Place[])[], signal: AbortSignal): Promise<HomeBlock[]> {
  const found = await Promise.all(addressesOf(footprint).map((address) => readTile(tiles, address, sheet.id, signal)));
  const homes = new Map(found.flat().map((home) => [home.id, home]));
  const states = new Map((sheet.floors_list ?? []).flatMap(({ homes: row }) => row.map(({ id, state }) => [id, state])));
  const drawn = [...homes.values()].map((home) => ({ ...home, state: states.get(home.id) ?? home.state }));
  return [...drawn, ...missing(sheet, footprint, homes)];
}

function missing(sheet: BuildingSheet, footprint: readonly (readonly Place[])[], drawn: ReadonlyMap<number, HomeBlock>): HomeBlock[] {
  return (sheet.floors_list ?? []).filter(({ homes }) => !homes.some(({ id }) => drawn.has(id))).flatMap(({ floor, homes }) => {
    const slices = slicesOf(footprint, homes.length);
    return homes.flatMap(({ id, state }, i) => (slices[i]?.length ? [{ id, floor, state, rings: slices[i] }] : []));
  });
}

async function readTile(tiles: TileFetcher, address: TileAddress, building: number, signal: AbortSignal): Promise<HomeBlock[]> {
  const { data } = await tiles.fetch(address, signal).catch(() => ({ data: new ArrayBuffer(0) }));
  const layer = readLayer(data, "dwellings");
  return (layer?.features ?? []).filter(({ properties }) => properties.building === building).map(({ id, properties, parts }) => ({
    id, floor: Number(properties.floor), state: String(properties.state),
    rings: parts.map((part) => closed(part.map(([x, y]) => degrees(address, x / layer!.extent, y / layer!.extent)))),
  }));
}

/** The tiles at the zoom of dwellings that a footprint touches. */
function addressesOf(footprint: readonly (readonly Place[])[]): TileAddress[] {
  const all = (footprint[0] ?? []).map(([lon, lat]) => {
    const [x, y] = cell(lon, lat);
    return `${x}/${y}`;
  });
  return [...new Set(all)].map((key) => {
    const [x = 0, y = 0] = key.split("/").map(Number);
    return { layers: "dwellings", z: zoom, x, y };
  });
}

function cell(lon: number, lat: number): [x: number, y: number] {
  const size = 2 ** zoom;
  const sine = Math.sin((lat * Math.PI) / 180);
  return [Math.floor(((lon + 180) / 360) * size), Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * size)];
}

function degrees({ z, x, y }: TileAddress, dx: number, dy: number): Place {
  const size = 2 ** z;
  const lat = Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + dy)) / size))) * (180 / Math.PI);
  return [((x + dx) / size) * 360 - 180, lat];
}

function closed(ring: readonly Place[]): Place[] {
  return ring[0] ? [...ring, ring[0]] : [];
}
