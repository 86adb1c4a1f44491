import { effectScope, ref } from "vue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { useReader } from "./useReader";
import type { Reading } from "./useReader";

function make(read: (current: () => boolean) => Promise<void>) {
  const state = ref<Reading>("loading");
  const scope = effectScope();
  const load = scope.run(() => useReader(state, read))!;
  return { state, load, end: () => scope.stop() };
}

describe("a reader", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("reads again by itself until it works", async () => {
    let calls = 0;
    const { state, load } = make(async () => {
      if (++calls < 3) throw new Error("503");
    });
    await load();
    expect(state.value).toBe("failed");
    await vi.advanceTimersByTimeAsync(60_000);
    expect([state.value, calls]).toEqual(["ready", 3]);
  });

  it("drops what it read when it is told to read anew meanwhile", async () => {
    const answers: ((text: string) => void)[] = [];
    const shown: string[] = [];
    const { state, load } = make(async (current) => {
      const text = await new Promise<string>((resolve) => answers.push(resolve));
      if (current()) shown.push(text);
    });
    const both = [load(), load()];
    answers[1]!("new");
    answers[0]!("old");
    await Promise.all(both);
    expect([shown, state.value]).toEqual([["new"], "ready"]);
  });

  it("a failure of what nobody waits for any more is none", async () => {
    const answers: ((why?: Error) => void)[] = [];
    const { state, load } = make(() => new Promise<void>((resolve, reject) => answers.push((why) => (why ? reject(why) : resolve()))));
    const both = [load(), load()];
    answers[1]!();
    answers[0]!(new Error("late"));
    await Promise.all(both);
    expect(state.value).toBe("ready");
  });

  it("reads no more once its page has gone", async () => {
    let calls = 0;
    const { load, end } = make(async () => {
      calls++;
      throw new Error("away");
    });
    await load();
    end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toBe(1);
  });
});
