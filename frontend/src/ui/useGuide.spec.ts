import { effectScope, nextTick, ref, shallowRef } from "vue";
import { describe, expect, it } from "vitest";

import { Problem } from "../api/client";
import type { Client } from "../api/client";
import type { AreaBrief, Division, Hit } from "../api/types";
import type { TownMap } from "../map/town";
import type { Address, Camera } from "../model/address";
import type { Incident } from "../model/incident";
import type { Areas } from "./useAreas";
import { useGuide } from "./useGuide";
import type { IncidentDesk } from "./useIncidents";
import { useSelection } from "./useSelection";

const begin: Camera = { lon: 100, lat: 20, zoom: 12, bearing: 0, pitch: 0 };
const county: AreaBrief = { code: "500101", name: "万州区", lon: 105, lat: 25, zoom: 12, envelope: [104, 24, 106, 26], over: { code: "500101", name: "万州区" } };
const house = { id: 7, floors_list: [{ floor: 1, homes: [] }] };
const square = [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]];
const listed = { id: 5, revision: 1, lon: 3, lat: 4 } as Incident;

/** A page of which only the picture is missing: the map notes where it is told to look. */
function make(link: Partial<Address> = {}) {
  const moves: unknown[] = [];
  const town = { camera: begin, go: (to: unknown) => moves.push(to), frame: (box: unknown, how: unknown) => moves.push({ box, how }), stand: () => moves.push("stand") };
  const things: Record<string, unknown> = { "events/9": { id: 9, geometry: { coordinates: [5, 6] } }, "divisions/500101001": { id: 1, level: 3, place: [7, 8] }, "divisions/5000": { id: 2, level: 1 } };
  const client = {
    identify: async () => ({ building: house }),
    thing: async (of: string, key: string) => things[`${of}/${key}`] ?? Promise.reject(new Problem(404, "not found", "")),
    entity: async () => ({ geometry: { type: "Polygon", coordinates: square } }),
  } as unknown as Client;
  const incidents = { all: shallowRef({ byID: new Map([[5, listed]]) }) };
  const areas = { focus: ref<AreaBrief | undefined>(county), divisions: shallowRef<ReadonlyMap<string, Division>>(new Map()) };
  const scope = effectScope();
  return scope.run(() => {
    const selection = useSelection(client);
    const guide = useGuide({
      client, selection, town: shallowRef(town as unknown as TownMap), areas: areas as unknown as Areas, incidents: incidents as unknown as IncidentDesk,
      address: { theme: "map", hidden: [], ...link }, ready: Promise.resolve(), bearing: -14, pitch: 48, closer: 0.5,
    });
    return { guide, selection, moves, things, incidents, areas, end: () => scope.stop() };
  })!;
}

describe("a link", () => {
  for (const [what, link, to] of [
    ["to an open event goes there", { selection: { kind: "event", id: 5 } }, { lon: 3, lat: 4, zoom: 16.2 }],
    ["to an event that is no longer listed goes where it was", { selection: { kind: "event", id: 9 } }, { lon: 5, lat: 6, zoom: 16.2 }],
    ["to a place goes there", { selection: { kind: "place", lon: 1, lat: 2 } }, { lon: 1, lat: 2, zoom: 16.2 }],
    ["to a town goes there, as near as towns are looked at", { selection: { kind: "thing", of: "divisions", key: "500101001" } }, { lon: 7, lat: 8, zoom: 12 }],
    ["to what is nowhere stays where it is", { selection: { kind: "thing", of: "divisions", key: "5000" } }, undefined],
    ["to an event that never was stays where it is", { selection: { kind: "event", id: 77 } }, undefined],
    ["that says where to look from is not led elsewhere", { selection: { kind: "event", id: 5 }, camera: begin }, undefined],
    ["that names nothing stays where it is", {}, undefined],
  ] as const) {
    it(what, async () => {
      const { guide, moves } = make(link);
      await guide.start();
      expect(moves).toEqual(to ? [to] : []);
    });
  }

  it("says that what it names is not there", async () => {
    const { guide, selection } = make({ selection: { kind: "event", id: 77 } });
    await guide.start();
    expect(selection.state.value).toBe("missing");
  });

  it("to a floor opens the building there", async () => {
    const { guide, selection } = make({ selection: { kind: "place", lon: 1, lat: 2 }, floor: 1 });
    await guide.start();
    expect([selection.opened.value?.sheet.id, selection.floor.value]).toEqual([7, 1]);
  });
});

describe("the camera", () => {
  it("returns from a building to where it was, when that is closed", async () => {
    const { guide, selection, moves } = make();
    await guide.selectPlace([1, 2]);
    await guide.openBuilding(1);
    guide.backFromBuilding(); // the floor
    expect(moves).toEqual(["stand"]);
    guide.backFromBuilding();
    expect([moves, selection.opened.value]).toEqual([["stand", begin], undefined]);
  });

  it("returns when all is closed at once, and only then", async () => {
    const { guide, moves } = make();
    await guide.selectPlace([1, 2]);
    guide.close();
    expect(moves).toEqual([]);
    await guide.selectPlace([1, 2]);
    await guide.openBuilding();
    guide.close();
    expect(moves).toEqual(["stand", begin]);
  });

  it("stays when something else is chosen from within a building", async () => {
    const { guide, moves } = make();
    await guide.selectPlace([1, 2]);
    await guide.openBuilding();
    await guide.selectPlace([2, 2]);
    guide.close();
    expect(moves).toEqual(["stand"]);
  });

  it("comes closer to a county than to what is wider", () => {
    const { guide, moves, areas } = make();
    guide.home();
    areas.focus.value = { ...county, code: "5000" };
    guide.home();
    expect(moves).toMatchObject([{ how: { closer: 0.5, towards: [county.lon, county.lat] } }, {}]);
    expect(moves[1]).not.toMatchObject({ how: { closer: expect.anything() } });
    expect(moves[1]).not.toMatchObject({ how: { towards: expect.anything() } });
  });

  it("shows the whole city where somebody searched for it, though it has no border", async () => {
    const { guide, moves, areas } = make();
    areas.focus.value = { ...county, code: "5000" };
    await guide.goHit({ id: 2, kind: "divisions", code: "5000", on_map: false } as Hit);
    expect(moves).toHaveLength(1);
  });
});

describe("what is chosen is read again", () => {
  it("when an event leaves the list", async () => {
    const { guide, selection, incidents } = make();
    await guide.selectIncident(listed);
    incidents.all.value = { byID: new Map() };
    await nextTick();
    await nextTick();
    await expect.poll(() => selection.state.value).toBe("missing");
  });

  it("when divisions are others, if it is one", async () => {
    const { guide, selection, areas, things } = make();
    await guide.selectDivision({ code: "500101001", level: 3, place: [7, 8] } as unknown as Division);
    things["divisions/500101001"] = undefined;
    areas.divisions.value = new Map();
    await expect.poll(() => selection.state.value).toBe("missing");
  });
});
