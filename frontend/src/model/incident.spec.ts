import { describe, expect, it } from "vitest";

import { byNeed, gridStates, isOverdue, toneOf } from "./incident";
import type { Incident } from "./incident";

const minute = 60_000;
const now = 1_000 * minute;
const calm: Incident = {
  id: 1, revision: 1, category: "lamp", title: "路灯不亮", state: "handling", urgent: false, area: "50010600100100101",
  building: 0, lon: 106.5, lat: 29.5, reportedAt: now - 10 * minute, dueAt: now + 90 * minute, closedAt: 0,
};

describe("tone", () => {
  it.each([
    ["in hand and in time is green", {}, "green"],
    ["just reported is blue", { state: "reported" }, "blue"],
    ["waiting to be accepted is blue", { state: "dispatched" }, "blue"],
    ["urgent is red at once", { urgent: true, state: "reported" }, "red"],
    ["four fifths of the time gone is amber", { reportedAt: now - 80 * minute, dueAt: now + 20 * minute }, "amber"],
    ["a moment before four fifths is not yet", { reportedAt: now - 79 * minute, dueAt: now + 21 * minute }, "green"],
    ["late is red", { dueAt: now - 1 }, "red"],
    ["without a time limit it is never late", { dueAt: 0 }, "green"],
    ["closed is closed, however late", { state: "closed", dueAt: now - 1, urgent: true }, "closed"],
  ] as const)("%s", (_, change, tone) => {
    expect(toneOf({ ...calm, ...change }, now)).toBe(tone);
  });

  it("a closed event is not overdue", () => {
    expect(isOverdue({ ...calm, dueAt: now - 1 }, now)).toBe(true);
    expect(isOverdue({ ...calm, dueAt: now - 1, state: "closed" }, now)).toBe(false);
  });
});

it("lists red first, and of equals the one due first", () => {
  const later = { ...calm, id: 2, dueAt: now + 95 * minute };
  const red = { ...calm, id: 3, urgent: true };
  expect([later, calm, red].sort(byNeed(now)).map(({ id }) => id)).toEqual([3, 1, 2]);
});

describe("grids in state", () => {
  it("a grid is red if any event in it is, whatever comes after", () => {
    const amber = { ...calm, reportedAt: now - 90 * minute, dueAt: now + 10 * minute };
    const states = gridStates([amber, { ...calm, urgent: true }, amber], now);
    expect([...states]).toEqual([["500106001001001", "red"]]);
  });

  it("an event outside every grid colours none, and green never does", () => {
    expect(gridStates([{ ...calm, urgent: true, area: "500106001" }, calm], now).size).toBe(0);
  });
});
