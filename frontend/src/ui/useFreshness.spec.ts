import { effectScope, shallowRef } from "vue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Identified } from "../api/types";
import type { Selection } from "../model/address";
import { useFreshness } from "./useFreshness";

describe("what is open", () => {
  const selection = shallowRef<Selection>();
  const identified = shallowRef<Identified>();
  const refresh = vi.fn(async () => {});
  let changed: ReturnType<typeof useFreshness>;
  let scope = effectScope();
  const page = { visibilityState: "visible" };

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("document", page);
    refresh.mockClear();
    page.visibilityState = "visible";
    selection.value = { kind: "place", lon: 1, lat: 2 };
    identified.value = { chain: [{ code: "500101" }, { code: "500101001" }] } as unknown as Identified;
    scope = effectScope();
    changed = scope.run(() => useFreshness({ selection, identified, refresh }))!;
  });
  afterEach(() => {
    scope.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  const times = (after: number) => {
    vi.advanceTimersByTime(after);
    return refresh.mock.calls.length;
  };

  it("is read again soon after something in view has changed, once for all of it", () => {
    changed();
    changed(["500101001"]);
    expect([times(900), times(200), times(2000)]).toEqual([0, 1, 1]);
  });
  it("is read again when numbers of an area around it move, not of another", () => {
    changed(["500102"]);
    expect(times(2000)).toBe(0);
    changed(["500101"]);
    expect(times(2000)).toBe(1);
  });
  it("never becomes older than ten seconds, whatever nobody tells", () => expect([times(9000), times(2000), times(10_000)]).toEqual([0, 1, 2]));
  it("is not asked for where nothing is open", () => {
    selection.value = undefined;
    changed();
    expect(times(60_000)).toBe(0);
  });
  it("is not asked for by a page that nobody sees", () => {
    page.visibilityState = "hidden";
    changed();
    expect(times(60_000)).toBe(0);
  });
});
