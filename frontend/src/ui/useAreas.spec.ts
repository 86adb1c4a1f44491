import { effectScope } from "vue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Client } from "../api/client";
import type { Division, Status } from "../api/types";
import { useAreas } from "./useAreas";

const city = { code: "5000", name: "重庆市", lon: 107, lat: 30, zoom: 7, envelope: [105, 28, 110, 32] } as const;
const whole = { ...city, code: "", name: "" };
const county = (code: string, buildings: number) => ({ id: Number(code), code, name: code, level: 2, counters: { buildings } }) as unknown as Division;

function make() {
  const told = { status: {} as Partial<Status>, divisions: [] as readonly Division[], unplaced: [] as readonly Division[] };
  const client = {
    status: async () => told.status, divisions: async () => told.divisions, division: async () => county("5000", 9),
    counters: async () => ({}), children: async () => [], unplaced: async () => told.unplaced, areaName: async () => ({ name: "" }),
  } as unknown as Client;
  const scope = effectScope();
  return { told, areas: scope.run(() => useAreas(client))!, end: () => scope.stop() };
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
});
