import { expect, it } from "vitest";

import { answer, ask, fail, noSearch, step } from "./hits";

const hit = (id: number) => ({ kind: "buildings", id, name: "云锦苑", detail: "", lon: 0, lat: 0, zoom: 17, envelope: [0, 0, 0, 0] as const });

it("an answer to an older question is dropped", () => {
  const first = ask(noSearch, "云");
  const second = ask(first, "云锦");
  expect(answer(second, first.asked, [hit(1)])).toBe(second);
  expect(answer(second, second.asked, [hit(1)])).toMatchObject({ state: "found", at: 0 });
});

it("hits stay while the next question waits, so that the list does not flicker", () => {
  const found = answer(ask(noSearch, "云"), 1, [hit(1)]);
  expect(ask(found, "云锦")).toMatchObject({ state: "waiting", hits: [hit(1)] });
});

it("an empty field asks nothing", () => {
  expect(ask(answer(ask(noSearch, "云"), 1, [hit(1)]), "  ")).toMatchObject({ state: "idle", hits: [] });
});

it("nothing found and failed are told apart", () => {
  expect(answer(ask(noSearch, "x"), 1, []).state).toBe("nothing");
  expect(fail(ask(noSearch, "x"), 1).state).toBe("failed");
});

it("arrows go round, and do nothing on an empty list", () => {
  const found = answer(ask(noSearch, "云"), 1, [hit(1), hit(2)]);
  expect([step(found, 1).at, step(step(found, 1), 1).at, step(found, -1).at]).toEqual([1, 0, 1]);
  expect(step(noSearch, 1)).toBe(noSearch);
});
