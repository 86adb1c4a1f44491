import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { computed, effectScope, nextTick, ref } from "vue";

import { useBack } from "./useBack";

/** The history of one tab. Like the browser's, it goes at once and tells later. */
class Tab {
  entries: unknown[] = [null];
  at = 0;
  private readonly listeners: Record<string, (event: never) => void> = {};

  get state() {
    return this.entries[this.at];
  }
  pushState(state: unknown) {
    this.entries = [...this.entries.slice(0, this.at + 1), state];
    this.at++;
  }
  replaceState(state: unknown) {
    this.entries[this.at] = state;
  }
  go(by: number) {
    setTimeout(() => {
      this.at = Math.max(0, Math.min(this.entries.length - 1, this.at + by));
      this.tell("popstate", { state: this.state });
    });
  }
  paste(hash: string) {
    this.pushState(null);
    this.tell("popstate", { state: null });
    setTimeout(() => this.tell("hashchange", { newURL: `http://quanxi/${hash}` }));
  }
  listen(to: string, tell: (event: never) => void) {
    this.listeners[to] = tell;
  }
  private tell(of: string, event: unknown) {
    this.listeners[of]?.(event as never);
  }
}

const later = async () => {
  await nextTick();
  await vi.runAllTimersAsync();
  await nextTick();
};

describe("Back", () => {
  let tab: Tab;
  const open = ref<string[]>([]);
  const write = vi.fn();
  const pasted = vi.fn();
  let scope = effectScope();

  beforeEach(() => {
    vi.useFakeTimers();
    tab = new Tab();
    vi.stubGlobal("history", tab);
    vi.stubGlobal("location", { href: "" });
    vi.stubGlobal("addEventListener", (to: string, tell: (event: never) => void) => tab.listen(to, tell));
    vi.stubGlobal("removeEventListener", () => {});
    open.value = [];
    scope = effectScope();
    scope.run(() => useBack({ depth: computed(() => open.value.length), back: () => (open.value = open.value.slice(0, -1)), pasted, write }));
  });
  afterEach(() => {
    scope.stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  const opens = async (...what: string[]) => {
    open.value = what;
    await later();
  };
  const goes = async (by: number) => {
    tab.go(by);
    await later();
  };

  it("closes one level at a time, and then leaves the page", async () => {
    await opens("place");
    await opens("place", "building", "floor");
    await goes(-1);
    expect(open.value).toEqual(["place", "building"]);
    await goes(-1);
    await goes(-1);
    expect(open.value).toEqual([]);
    expect(tab.at).toBe(0);
  });

  it("finds nothing of what was closed on the page, however many levels at once", async () => {
    await opens("place", "building", "floor", "home");
    await opens();
    expect(tab.at).toBe(0);
    await opens("place", "building", "floor");
    await opens("another place");
    expect(tab.at).toBe(1);
    await goes(-1);
    expect(open.value).toEqual([]);
  });

  it("is right also when something opens before the page has gone back", async () => {
    await opens("place", "building", "floor");
    open.value = [];
    await nextTick();
    open.value = ["place", "building"];
    await later();
    expect(tab.at).toBe(2);
    expect(open.value).toEqual(["place", "building"]);
  });

  it("and also when more closes before it has", async () => {
    await opens("place", "building", "floor");
    open.value = ["place", "building"];
    await nextTick();
    open.value = [];
    await later();
    expect(tab.at).toBe(0);
  });

  it("is not undone by Forward: what was closed stays closed", async () => {
    await opens("place", "building");
    await goes(-2);
    expect(open.value).toEqual([]);
    await goes(2);
    expect(open.value).toEqual([]);
    expect(tab.at).toBe(0);
  });

  it("closes what a pasted address has opened over something else", async () => {
    await opens("place");
    tab.paste("#event=7");
    tab.replaceState({ depth: 0 }); // the page writes its own address meanwhile
    await later();
    expect(pasted).toHaveBeenCalledWith("#event=7");
    expect([tab.at, tab.state]).toEqual([3, { depth: 1 }]);
    await goes(-1);
    expect(open.value).toEqual([]);
  });

  it("writes the address where it has gone back to, by the page itself or by Back", async () => {
    write.mockClear();
    await opens("place");
    await opens();
    expect(write).toHaveBeenCalledOnce();
    await opens("place", "building");
    await goes(-1);
    expect(write).toHaveBeenCalledTimes(2);
  });
});
