import { describe, expect, it } from "vitest";

import type { Place } from "../api/types";
import { areaOf, back, begin, finish, outline, put, shapeOf, size } from "./drawing";
import { distance } from "./measure";

const places: Place[] = [[106.5, 29.5], [106.51, 29.5], [106.51, 29.51], [106.5, 29.51]];
const drawn = (tool: Parameters<typeof begin>[0], n: number) => places.slice(0, n).reduce(put, begin(tool));

describe("drawing", () => {
  it("a rectangle is done with its second corner, whichever way it was dragged", () => {
    const drawing = put(put(begin("rectangle"), places[2]!), places[0]!);
    expect(drawing.done).toBe(true);
    expect(areaOf(drawing)).toEqual({ rectangle: [106.5, 29.5, 106.51, 29.51] });
  });

  it("a circle reaches from its centre to the second place", () => {
    const area = areaOf(drawn("circle", 2));
    expect(area && "circle" in area && area.circle.radius).toBeCloseTo(distance(places[0]!, places[1]!), 6);
  });

  it("a polygon needs three places and closes itself", () => {
    expect(finish(drawn("polygon", 2)).done).toBe(false);
    const drawing = finish(drawn("polygon", 3));
    expect(drawing.done).toBe(true);
    expect(areaOf(drawing)).toEqual({ polygon: [...places.slice(0, 3), places[0]] });
  });

  it("a double click does not put a place twice", () => {
    expect(put(drawn("polygon", 3), places[2]!).places).toHaveLength(3);
  });

  it("takes the last place back, and takes none once done", () => {
    expect(back(drawn("polygon", 3)).places).toHaveLength(2);
    expect(put(drawn("rectangle", 2), places[3]!).places).toHaveLength(2);
  });

  it("a buffer is a stadium round each leg: all its corners at the radius or beyond the ends' reach", () => {
    const area = areaOf(finish(drawn("buffer", 3)))!;
    const rings = outline(area);
    expect(rings).toHaveLength(2);
    for (const corner of rings[0]!.slice(0, 17)) expect(distance(places[1]!, corner)).toBeCloseTo(50, 1);
  });

  it("shows the next place under the pointer", () => {
    const kinds = shapeOf(drawn("polygon", 2), places[2]).map(({ properties }) => properties?.part);
    expect(kinds).toEqual(["body", "border", "line", "corner", "corner"]);
  });

  it("measures what it drew", () => {
    expect(size({ circle: { lon: 1, lat: 2, radius: 100 } })).toBeCloseTo(Math.PI * 10_000, 6);
    const side = distance(places[0]!, places[1]!) * distance(places[1]!, places[2]!);
    expect(size({ polygon: [...places, places[0]!] }) / side).toBeCloseTo(1, 3);
  });
});
