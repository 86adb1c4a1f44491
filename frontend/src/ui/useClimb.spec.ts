import { effectScope, shallowRef } from "vue";
import { describe, expect, it } from "vitest";

import type { TownMap } from "../map/town";
import type { Camera, Selection } from "../model/address";
import { useClimb } from "./useClimb";

const camera: Camera = { lon: 100, lat: 20, zoom: 12, bearing: 0, pitch: 0 };
const area = (key: string): Selection => ({ kind: "thing", of: "divisions", key });

function make() {
  const chosen = shallowRef<Selection>();
  const moves: unknown[] = [];
  const town = { camera, go: (to: unknown) => moves.push(to) } as unknown as TownMap;
  const desk = { selection: chosen, select: async (next: Selection) => void (chosen.value = next) };
  const climb = effectScope().run(() => useClimb(desk, shallowRef<TownMap | undefined>(town)))!;
  return { chosen, moves, ...climb };
}

describe("climbing back", () => {
  it("leads through every area somebody came through, each seen as it was", () => {
    const { chosen, moves, descend, climb, height } = make();
    for (const key of ["500106", "500106001", "500106001001"]) void descend(area(key));
    expect(height.value).toBe(2);
    expect([climb(), chosen.value]).toEqual([true, area("500106001")]);
    expect([climb(), chosen.value]).toEqual([true, area("500106")]);
    expect([climb(), chosen.value, moves]).toEqual([false, area("500106"), [camera, camera]]);
  });

  it("ends with whatever else is chosen", () => {
    const { chosen, descend, climb } = make();
    void descend(area("500106"));
    void descend(area("500106001"));
    chosen.value = { kind: "place", lon: 1, lat: 2 };
    expect(climb()).toBe(false);
  });

  it("does not count an area that is chosen twice", () => {
    const { descend, height } = make();
    void descend(area("500106"));
    void descend(area("500106"));
    expect(height.value).toBe(0);
  });
});
