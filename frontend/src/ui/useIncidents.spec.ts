import { effectScope, ref } from "vue";
import { afterEach, expect, test, vi } from "vitest";

import { Problem } from "../api/wire";
import { useIncidents } from "./useIncidents";

const scopes: ReturnType<typeof effectScope>[] = [];
afterEach(() => scopes.splice(0).forEach((scope) => scope.stop()));

function desk(sees: boolean, openEvents: () => Promise<never[]>) {
  const scope = effectScope();
  scopes.push(scope);
  const asked = vi.fn(openEvents);
  const made = scope.run(() => useIncidents({ openEvents: asked, categories: async () => [] }, ref(0), async () => sees))!;
  return { asked, ...made };
}

test("a post that sees no events does not ask for them", async () => {
  const { asked, load, state, known } = desk(false, async () => []);
  await load();
  expect([asked.mock.calls.length, state.value, known.value]).toEqual([0, "ready", true]);
});

test("a post that sees events asks, and finds none where it has just ended", async () => {
  const { asked, load, state, open } = desk(true, () => Promise.reject(new Problem(404, "Not Found", "")));
  await load();
  expect([asked.mock.calls.length, state.value, open.value]).toEqual([1, "ready", []]);
});

test("a list that cannot be read is no empty one", async () => {
  const { load, state } = desk(true, () => Promise.reject(new Problem(503, "Service Unavailable", "")));
  await load();
  expect(state.value).toBe("failed");
});
