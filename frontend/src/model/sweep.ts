/**
 * The shadows that houses throw on the ground, light from the north-west. A
 * shadow is the footprint swept along the direction of the light: its copy at
 * the far end, and a strip under each edge that faces away.
 */
import type { Pixel, Polygons, TileLayer } from "../api/mvt";

const east = 0.42;
const south = 0.3;
const tallest = 62;
const metresRoundEarth = 40_075_016.686;

/** Tile units that a metre takes in tile row y of zoom z. */
export function unitsPerMetre(z: number, y: number, extent: number): number {
  const latitude = Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + 0.5)) / 2 ** z)));
  return (extent * 2 ** z) / (metresRoundEarth * Math.cos(latitude));
}

/** The shadows of a layer of buildings, whose heights are metres. */
export function shadowsOf(layer: TileLayer, perMetre: number): Polygons[] {
  return layer.features.flatMap(({ id, type, properties, parts }) => {
    const height = Math.min(tallest, Number(properties.height) || 0);
    const by: Pixel = [Math.round(height * east * perMetre), Math.round(height * south * perMetre)];
    if (type !== 3 || (by[0] === 0 && by[1] === 0)) return [];
    return [{ id, rings: parts.filter(isOuter).flatMap((ring) => swept(ring, by)) }];
  });
}

function swept(ring: readonly Pixel[], [dx, dy]: Pixel): Pixel[][] {
  const rings: Pixel[][] = [ring.map(([x, y]): Pixel => [x + dx, y + dy])];
  ring.forEach(([x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    const away = (nextY - y) * dx - (nextX - x) * dy;
    if (away > 0) rings.push([[x, y], [nextX, nextY], [nextX + dx, nextY + dy], [x + dx, y + dy]].map(([px, py]): Pixel => [px!, py!]).toReversed());
  });
  return rings.map((corners) => (isOuter(corners) ? corners : corners.toReversed()));
}

/** Whether a ring winds as the outer ring of a polygon does, y down. */
function isOuter(ring: readonly Pixel[]): boolean {
  const twice = ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    return sum + x * nextY - nextX * y;
  }, 0);
  return twice > 0;
}
