import { effectScope } from "vue";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Client } from "../api/client";
import type { Session } from "../api/types";
import { useSession } from "./useSession";

const assign = vi.fn();

beforeEach(() => {
  assign.mockReset();
  vi.stubGlobal("location", { pathname: "/m/", hash: "#map=1", assign });
});
afterEach(() => vi.unstubAllGlobals());

function desk(client: Partial<Client>) {
  const made = Object.assign(new Client(), { session: async () => ({ mode: "account", name: "值班员" }) as Session, ...client });
  const scope = effectScope();
  return { made, scope, ...scope.run(() => useSession(made))! };
}

test("who has signed in is named, and a machine without accounts names nobody", async () => {
  const { who } = desk({});
  const local = desk({ session: async () => ({ mode: "local" }) as Session });
  await vi.waitFor(() => expect(who.value?.name).toBe("值班员"));
  expect(local.who.value).toBeUndefined();
});

test.each([
  ["who has it", { mode: "account", rights: ["see-events"] }, true],
  ["who has it not", { mode: "account", rights: ["run-system"] }, false],
  ["nobody in particular at a machine without accounts", { mode: "local" }, true],
])("a right is told of %s, once it is known who that is", async (_, session, want) => {
  let answer: (who: Session) => void = () => {};
  const { may, rights } = desk({ session: () => new Promise((resolve) => (answer = resolve)) });
  const told = may("see-events");
  expect(rights.value).toBeUndefined();
  answer(session as unknown as Session);
  expect([await told, await may("see-events")]).toEqual([want, want]);
});

test("whoever still has to set up a second factor is led to the entry", async () => {
  const { who } = desk({ session: async () => ({ mode: "account", name: "值班员", needs_second: true }) as Session });
  await vi.waitFor(() => expect(assign).toHaveBeenCalledWith("/sign-in?to=%2Fm%2F#map=1"));
  expect(who.value).toBeUndefined();
});

test("signing out leads to the entry and back here", async () => {
  const { out } = desk({ signOut: async () => {} });
  await out();
  expect(assign).toHaveBeenCalledWith("/sign-in?to=%2Fm%2F#map=1");
});

test("a page is left once, whoever hears of it", () => {
  const { made, leave } = desk({});
  made.signedOut();
  leave();
  expect(assign).toHaveBeenCalledOnce();
});

test("signing out that fails says so and stays", async () => {
  const { out, failed } = desk({ signOut: () => Promise.reject(new Error("cut")) });
  await out();
  expect([failed.value, assign.mock.calls.length]).toEqual([true, 0]);
});

test("a page that has gone hears of nothing", () => {
  const { made, scope } = desk({});
  scope.stop();
  made.signedOut();
  expect(assign).not.toHaveBeenCalled();
});
