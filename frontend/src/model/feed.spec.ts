import { describe, expect, it } from "vitest";

import { applyIncident, applyTallies, awaitList, forgetClosed, forgetRevisions, loadIncidents, noIncidents, readIncident, removeIncident } from "./feed";

const wire = (over: Record<string, unknown> = {}) => ({
  id: 7, revision: 1, category: "fire", title: "烟感报警", state: "reported", urgency: "urgent", area: "50010600100100101", building: 9,
  occurred_at: "2026-11-23T13:00:00Z", reported_at: "2026-11-23T13:01:00Z", due_at: "2026-11-23T14:01:00Z",
  geometry: { type: "Point", coordinates: [106.5, 29.5] }, ...over,
});
const event = (over: Record<string, unknown> = {}) => readIncident(wire(over))!;

describe("reading an event", () => {
  it("takes place, times and urgency", () => {
    expect(event()).toMatchObject({ id: 7, urgent: true, lon: 106.5, lat: 29.5, dueAt: Date.parse("2026-11-23T14:01:00Z") });
  });

  it.each([
    ["nothing", null],
    ["a text", "event"],
    ["an event without an id", wire({ id: undefined })],
    ["an event without a place", wire({ geometry: null })],
    ["an event with a broken place", wire({ geometry: { coordinates: ["a", 2] } })],
  ])("%s is no event", (_, data) => {
    expect(readIncident(data)).toBeUndefined();
  });

  it("a time that was never set is none", () => {
    expect(event({ due_at: "0001-01-01T00:00:00Z" }).dueAt).toBe(0);
  });
});

describe("changes", () => {
  it("a newer revision replaces, and is a step if the state moved", () => {
    const first = applyIncident(noIncidents, event(), 1);
    const next = applyIncident(first, event({ revision: 2, state: "handling" }), 2);
    expect(next.byID.get(7)?.state).toBe("handling");
    expect(next.steps.map(({ at }) => at)).toEqual([2, 1]);
  });

  it("a repeat or an older revision changes nothing", () => {
    const state = applyIncident(noIncidents, event({ revision: 3 }), 1);
    expect(applyIncident(state, event({ revision: 3 }), 2)).toBe(state);
    expect(applyIncident(state, event({ revision: 2 }), 2)).toBe(state);
  });

  it("an edit that leaves the state alone is no step", () => {
    const state = applyIncident(noIncidents, event(), 1);
    expect(applyIncident(state, event({ revision: 2, title: "误报" }), 2).steps).toHaveLength(1);
  });

  it("a removal stays removed when an older frame comes late", () => {
    const removed = removeIncident(applyIncident(noIncidents, event(), 1), 7, 2);
    expect(removed.byID.size).toBe(0);
    expect(applyIncident(removed, event({ revision: 2 }), 3).byID.size).toBe(0);
    expect(applyIncident(removed, event({ revision: 3 }), 3).byID.size).toBe(1);
  });

  it("a late removal does not take away a newer state", () => {
    const state = applyIncident(noIncidents, event({ revision: 5 }), 1);
    expect(removeIncident(state, 7, 4)).toBe(state);
  });

  it("a list that was read before a frame came does not undo the frame", () => {
    const state = applyIncident(noIncidents, event({ revision: 5, state: "checking" }), 1);
    expect(loadIncidents(state, [event({ revision: 4 })]).byID.get(7)?.state).toBe("checking");
  });

  it("what frames told while a list was read is neither lost nor undone by it", () => {
    const before = applyIncident(applyIncident(noIncidents, event({ id: 1 }), 1), event({ id: 2 }), 1);
    const asked = awaitList(before);
    const told = removeIncident(applyIncident(asked, event({ id: 3 }), 2), 1, 2);
    const loaded = loadIncidents(told, [event({ id: 1 })]);
    expect([...loaded.byID.keys()], "1 is gone, 2 is not in the list, 3 came meanwhile").toEqual([3]);
    expect(applyIncident(loaded, event({ id: 1, revision: 2 }), 3).byID.has(1), "a late frame does not bring 1 back").toBe(false);
  });

  it("another history's lower revisions replace what is held", () => {
    const held = forgetRevisions(removeIncident(applyIncident(noIncidents, event({ revision: 9 }), 1), 8, 9));
    expect(loadIncidents(awaitList(held), [event({ revision: 2, state: "handling" })]).byID.get(7)?.state).toBe("handling");
    expect(applyIncident(held, event({ id: 8, revision: 1 }), 2).byID.has(8)).toBe(true);
  });

  it("what was closed leaves after ten minutes", () => {
    const state = applyIncident(applyIncident(noIncidents, event(), 0), event({ revision: 2, state: "closed" }), 1000);
    expect(forgetClosed(state, 600_000).byID.size).toBe(1);
    expect(forgetClosed(state, 601_001).byID.size).toBe(0);
  });

  it("keeps the last sixty steps", () => {
    let state = noIncidents;
    for (let id = 1; id <= 80; id++) state = applyIncident(state, event({ id }), id);
    expect(state.steps).toHaveLength(60);
    expect(state.steps[0]?.at).toBe(80);
  });
});

describe("tallies", () => {
  it("take the numbers that a frame names and leave the others", () => {
    const state = applyTallies(applyTallies(new Map(), [{ code: "5001", people: 3, open: 1 }]), [{ code: "5001", open: 2 }]);
    expect(state.get("5001")).toEqual({ open: 2 }); // the number of people is 0 now, or not to be known
  });

  it("are none of what is gone", () => {
    expect([...applyTallies(new Map([["5001", { people: 3 }]]), [{ code: "5001", gone: true }]).keys()]).toEqual([]);
  });

  it("read over what has no code or is no number", () => {
    expect(applyTallies(new Map(), [{ people: 3 }, { code: "1", name: "a" }]).get("1")).toEqual({});
  });
});
