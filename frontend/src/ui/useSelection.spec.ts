import { effectScope } from "vue";
import { describe, expect, it } from "vitest";

import { Problem } from "../api/client";
import type { Client } from "../api/client";
import type { Identified } from "../api/types";
import { useSelection } from "./useSelection";

const house = { id: 7, floors_list: [{ floor: 1, homes: [] }, { floor: 2, homes: [] }] };
const square = [[[0, 0], [0, 1], [1, 1], [0, 0]]];

/** A server that answers as `server` says at that moment. */
function make() {
  const server = {
    identify: async (lon: number): Promise<unknown> => ({ lon, building: house }),
    thing: async (of: string, key: string): Promise<unknown> => ({ id: Number(key), name: of, geometry: { coordinates: [5, 6] } }),
  };
  const client = {
    identify: (lon: number) => server.identify(lon), thing: (of: string, key: string) => server.thing(of, key),
    entity: async () => ({ geometry: { type: "Polygon", coordinates: square } }),
  } as unknown as Client;
  const scope = effectScope();
  return { server, client, desk: scope.run(() => useSelection(client))!, end: () => scope.stop() };
}

const place = { kind: "place", lon: 1, lat: 2 } as const;
const shop = { kind: "thing", of: "service", key: "3", at: [3, 4] } as const;
const event = { kind: "event", id: 9 } as const;
const fails = async () => Promise.reject(new Problem(0, "unreachable", ""));
const gone = async () => Promise.reject(new Problem(404, "not found", ""));
const elsewhere = async () => Promise.reject(new Problem(421, "misdirected request", "", [], 0, "西区"));
const said = (identified: Identified | undefined) => (identified as unknown as { lon: number } | undefined)?.lon;

describe("what is chosen", () => {
  it("is read where it is said to be", async () => {
    const { desk } = make();
    await desk.select(shop, [3, 4]);
    expect([said(desk.identified.value), desk.thing.value?.name, desk.state.value]).toEqual([3, "service", "ready"]);
  });

  it("says itself where it is, where the link does not", async () => {
    const { desk } = make();
    await desk.select(event);
    expect([said(desk.identified.value), desk.thing.value?.id]).toEqual([5, 9]);
  });

  it("wears nothing of what was chosen before, while it is read and when it cannot be", async () => {
    const { desk, server } = make();
    await desk.select(shop, [3, 4]);
    await desk.open(1);
    server.identify = fails;
    const reading = desk.select(place, [1, 2]);
    expect([desk.identified.value, desk.thing.value, desk.opened.value, desk.floor.value]).toEqual([undefined, undefined, undefined, undefined]);
    await reading;
    expect([desk.identified.value, desk.thing.value, desk.state.value]).toEqual([undefined, undefined, "failed"]);
  });

  it("is not made older again by an answer that was overtaken", async () => {
    const { desk, server } = make();
    await desk.select(shop, [3, 4]);
    const answers: ((_: unknown) => void)[] = [];
    server.identify = () => new Promise((resolve) => answers.push(resolve));
    const reading = Promise.all([desk.refresh(), desk.refresh()]);
    await Promise.resolve();
    answers[1]!({ lon: 2 });
    answers[0]!({ lon: 1 });
    await reading;
    expect(said(desk.identified.value)).toBe(2);
  });

  it("says that its floors could not be read, until it is tried again", async () => {
    const { desk, client } = make();
    await desk.select(place, [1, 2]);
    const { entity } = client;
    client.entity = fails as never;
    await desk.open();
    expect([desk.opened.value, desk.openFailed.value]).toEqual([undefined, true]);
    client.entity = entity;
    await desk.open();
    expect([desk.opened.value?.sheet.id, desk.openFailed.value]).toEqual([7, false]);
  });

  it("is not replaced by a late answer about what was chosen before", async () => {
    const { desk, server } = make();
    let answer = (_: unknown) => {};
    server.identify = () => new Promise((resolve) => (answer = resolve));
    const first = desk.select(place, [1, 2]);
    server.identify = async (lon) => ({ lon });
    await desk.select(shop, [3, 4]);
    answer({ lon: 1 });
    await first;
    expect(said(desk.identified.value)).toBe(3);
  });

  it("keeps what is known of it when it is read again in vain, and loses it when it is gone", async () => {
    const { desk, server } = make();
    await desk.select(event);
    server.thing = fails;
    await desk.reread();
    expect([desk.thing.value?.id, desk.state.value]).toEqual([9, "failed"]);
    server.thing = gone;
    await desk.reread();
    expect([desk.thing.value, desk.identified.value, desk.state.value]).toEqual([undefined, undefined, "missing"]);
  });

  it("says that it lies elsewhere, if the server does not hold it", async () => {
    const { desk, server } = make();
    server.identify = elsewhere;
    await desk.select(place, [1, 2]);
    expect([desk.identified.value, desk.state.value]).toEqual([undefined, "elsewhere"]);
    server.thing = elsewhere;
    await desk.select(event);
    expect([desk.thing.value, desk.state.value]).toEqual([undefined, "elsewhere"]);
  });

  it("is shown alone, if the server holds nothing of what is around it", async () => {
    const { desk, server } = make();
    server.identify = elsewhere;
    await desk.select(shop, [3, 4]);
    expect([desk.thing.value?.name, desk.identified.value, desk.state.value]).toEqual(["service", undefined, "ready"]);
  });

  it("is read anew without a word, and stays as it was while that cannot be", async () => {
    const { desk, server } = make();
    await desk.select(shop, [3, 4]);
    server.thing = async () => ({ id: 3, name: "renamed" });
    const reading = desk.refresh();
    expect(desk.state.value).toBe("ready");
    await reading;
    expect(desk.thing.value?.name).toBe("renamed");
    server.thing = fails;
    await desk.refresh();
    expect([desk.thing.value?.name, desk.state.value]).toEqual(["renamed", "ready"]);
    server.thing = gone;
    await desk.refresh();
    expect([desk.thing.value, desk.state.value]).toEqual([undefined, "missing"]);
  });

  it("has an opened building follow, until it stands there no more", async () => {
    const { desk, server } = make();
    await desk.select(place, [1, 2]);
    await desk.open(1);
    server.identify = async () => ({ building: { ...house, name: "新名" } });
    await desk.refresh();
    expect([desk.opened.value?.sheet.name, desk.floor.value]).toEqual(["新名", 1]);
    server.identify = async () => ({});
    await desk.refresh();
    expect([desk.opened.value, desk.floor.value, desk.selection.value]).toEqual([undefined, undefined, place]);
  });

  it("is not read again once it was closed", async () => {
    const { desk, server } = make();
    await desk.select(place, [1, 2]);
    desk.clear();
    server.identify = async () => ({ building: house });
    await desk.refresh();
    expect(desk.identified.value).toBeUndefined();
  });

  it("that failed is read again where it was", async () => {
    const { desk, server } = make();
    const works = server.identify;
    server.identify = fails;
    await desk.select(place, [1, 2]);
    server.identify = works;
    await desk.again();
    expect([said(desk.identified.value), desk.state.value]).toEqual([1, "ready"]);
  });

  it("closes level by level: home, floor, building, itself", async () => {
    const { desk } = make();
    await desk.select(place, [1, 2]);
    await desk.open(2);
    desk.chosenHome.value = 4;
    const depths = [desk.depth.value];
    while (desk.back()) depths.push(desk.depth.value);
    expect(depths).toEqual([4, 3, 2, 1, 0]);
  });

  it("moves from floor to floor and not beyond", async () => {
    const { desk } = make();
    await desk.select(place, [1, 2]);
    await desk.open();
    const floors = ([1, 1, 1, -1, -1, -1] as const).map((by) => {
      desk.moveFloor(by);
      return desk.floor.value;
    });
    expect(desk.floors.value).toEqual([2, 1]);
    expect(floors).toEqual([1, 2, 2, 1, 1, 1]);
  });

  it("opens no house that has no floors, nor one that is not chosen any more", async () => {
    const { desk, server } = make();
    server.identify = async () => ({ building: { id: 8 } });
    await desk.select(place, [1, 2]);
    await desk.open();
    expect(desk.opened.value).toBeUndefined();
    server.identify = async () => ({ building: house });
    await desk.select(place, [1, 2]);
    const opening = desk.open();
    desk.clear();
    await opening;
    expect([desk.opened.value, desk.depth.value]).toEqual([undefined, 0]);
  });
});

