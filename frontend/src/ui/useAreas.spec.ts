import { effectScope } from "vue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Client } from "../api/client";
import type { Division, Status } from "../api/types";
import { useAreas } from "./useAreas";

const city = { code: "5000", name: "重庆市", lon: 107, lat: 30, zoom: 7, envelope: [105, 28, 110, 32], over: { code: "5000", name: "重庆市" } } as const;
const whole = { ...city, code: "", name: "" };
const county = (code: string, buildings: number, divisions = 1) => ({ id: Number(code), code, name: code, level: 2, counters: { buildings, divisions } }) as unknown as Division;

let asked: unknown; // of the last list of divisions
let counted = 1; // divisions of the city

function make(told: { status?: Partial<Status>; divisions?: readonly Division[]; unplaced?: readonly Division[] } = {}) {
  const server = { status: {}, divisions: [], unplaced: [], ...told } as { status: Partial<Status>; divisions: readonly Division[]; unplaced: readonly Division[] };
  const client = {
    status: async () => server.status, divisions: async (query: unknown) => ((asked = query), server.divisions), division: async () => county("5000", 9, counted),
    unplaced: async () => server.unplaced, divisionBrief: async () => county("1", 0),
  } as unknown as Client;
  const scope = effectScope();
  return { told: server, areas: scope.run(() => useAreas(client))!, end: () => scope.stop() };
}

describe("the areas", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("of an empty server are found when something comes, and counted as it grows", async () => {
    const { told, areas, end } = make();
    await areas.load();
    expect(areas.focus.value).toBeUndefined();
    told.status = { area: whole, counts: { buildings: 2 } };
    await vi.advanceTimersByTimeAsync(6000);
    expect([areas.focus.value?.code, areas.numbers.value.buildings]).toEqual(["", 2]);
    told.status = { area: whole, counts: { buildings: 3 } };
    await vi.advanceTimersByTimeAsync(6000);
    expect(areas.numbers.value.buildings).toBe(3);
    end();
  });

  it("are all counties where no city is stored, until it is", async () => {
    const { told, areas, end } = make();
    told.status = { area: whole, counts: { buildings: 8 } };
    told.divisions = [county("500101", 3), county("500229", 5)];
    told.unplaced = [county("500101001", 0)];
    await areas.load();
    expect(areas.unplaced.value).toEqual(told.unplaced);
    expect([...areas.divisions.value.keys()]).toEqual(["500101", "500229"]);
    expect(areas.tallies.value.get("500229")?.buildings).toBe(5);
    told.status = { area: city, counts: { buildings: 9 } };
    await vi.advanceTimersByTimeAsync(6000);
    expect([areas.focus.value?.name, areas.numbers.value.buildings]).toEqual(["重庆市", 9]);
    end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("of a server of one area are those of that area, and who placed the others is not asked", async () => {
    const { told, areas, end } = make({ unplaced: [county("500101001", 0)] });
    const held = { code: "5000", name: "重庆市", envelope: city.envelope } as const;
    told.status = { area: city, holds: held };
    await areas.load();
    expect([areas.holds.value, areas.unplaced.value]).toEqual([held, []]);
    told.status = { area: null, holds: held };
    await areas.load();
    expect([areas.holds.value, areas.focus.value]).toEqual([held, undefined]);
    told.status = { area: city };
    await areas.load();
    expect([areas.holds.value, areas.unplaced.value.length]).toEqual([undefined, 1]);
    end();
  });

  describe("read what is divided again", () => {
    const before = { status: { area: city }, divisions: [county("500101", 3, 4)] };
    const after = [county("500101", 3, 5), county("500101001", 0, 4)];
    const arrives = async (news: (made: ReturnType<typeof make>) => void) => {
      const made = make(before);
      await made.areas.load();
      made.told.divisions = after;
      made.told.unplaced = [county("500102001", 0)];
      news(made);
      await vi.advanceTimersByTimeAsync(1500);
      const { areas, end } = made;
      const seen = [[...areas.divisions.value.keys()], areas.unplaced.value.length, areas.tallies.value.get("500101")?.divisions];
      end();
      expect(vi.getTimerCount()).toBe(0);
      return seen;
    };
    const both = [["500101", "500101001"], 1, 5];
    const old = [["500101"], 0, 4];

    it("when the feed counts others in it", async () => {
      expect(await arrives(({ areas }) => areas.count([{ code: "500101", divisions: 5 }]))).toEqual(both);
    });
    it("when the feed counts one that was never read", async () => {
      expect(await arrives(({ areas }) => areas.count([{ code: "500102001", divisions: 1 }]))).toEqual([both[0], 1, 5]);
    });
    it("when the feed says that one is gone, of whatever it knows", async () => {
      expect(await arrives(({ areas }) => areas.count([{ code: "500101", gone: true }]))).toEqual(both);
      expect(await arrives(({ areas }) => areas.count([{ code: "500199", gone: true }]))).toEqual(old);
    });
    it("when a drawing of divisions is out of date", async () => {
      expect(await arrives(({ areas }) => areas.reloadSoon())).toEqual(both);
    });
    it("but not when other numbers move", async () => {
      expect(await arrives(({ areas }) => areas.count([{ code: "500101", divisions: 4, buildings: 7 }]))).toEqual(old);
    });
    it("nor for a micro-grid, which is not listed, or what is elsewhere", async () => {
      expect(await arrives(({ areas }) => areas.count([{ code: "50010100100100101", divisions: 1 }, { code: "510101", divisions: 3 }]))).toEqual(old);
    });
  });

  it("of a city with very many are held down to the towns, and others as they are asked for", async () => {
    const { told, areas, end } = make({ status: { area: city } });
    told.divisions = [county("500101", 3)];
    counted = 80_000;
    await areas.load();
    expect([asked, areas.nameOf("500101001001001")]).toEqual([{ under: "5000", down_to: 3 }, ""]);
    await vi.waitFor(() => expect(areas.nameOf("500101001001001")).toBe("1"));
    counted = 1;
    end();
  });

  it("read again what changed while they were read", async () => {
    const { told, areas, end } = make({ status: { area: city }, divisions: [county("500101", 3, 4)] });
    const reading = areas.load();
    areas.count([{ code: "500101", divisions: 5 }]);
    await reading;
    told.divisions = [county("500101", 3, 5), county("500101001", 0)];
    await vi.advanceTimersByTimeAsync(1500);
    expect([...areas.divisions.value.keys()]).toEqual(["500101", "500101001"]);
    end();
  });

  it("show nothing when nothing is stored any more", async () => {
    const { told, areas, end } = make({ status: { area: city }, divisions: [county("500101", 3)] });
    await areas.load();
    told.status = {};
    await areas.load();
    expect([areas.focus.value, areas.divisions.value.size]).toEqual([undefined, 0]);
    end();
  });
});
