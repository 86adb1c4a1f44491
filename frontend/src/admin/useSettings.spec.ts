import { effectScope } from "vue";
import { expect, test, vi } from "vitest";

import type { Settings } from "../api/settings";
import { Problem } from "../api/wire";
import { spanOf, useSettings } from "./useSettings";

const at = (revision: number): Settings => ({ revision, audit_months: 6, export_rows: 500, at: null, proposed: null, kept: [] });
const wanted = { audit_months: 12, export_rows: 0 };

function desk(over: Record<string, unknown> = {}) {
  const source = { read: vi.fn(async () => at(0)), change: vi.fn(async () => at(1)), accept: vi.fn(async () => at(2)), withdraw: vi.fn(async () => at(2)), ...over };
  const lacks = vi.fn();
  return { source, lacks, ...effectScope().run(() => useSettings(source, lacks))! };
}

test("settings that nobody has changed yet are changed at revision 0", async () => {
  const { source, settings, read, change } = desk();
  await read();
  expect([await change(wanted), source.change.mock.calls, settings.value?.revision]).toEqual([true, [[0, wanted]], 1]);
});

test("what is proposed is accepted or withdrawn as it was read", async () => {
  for (const deed of ["accept", "withdraw"] as const) {
    const { source, settings, read, [deed]: act } = desk({ read: async () => at(1) });
    await read();
    expect([await act(), source[deed].mock.calls, settings.value?.revision]).toEqual([true, [[1]], 2]);
  }
});

test("what somebody else changed meanwhile is explained and read anew", async () => {
  const { source, deed, read, change } = desk({ change: () => Promise.reject(new Problem(409, "", "")) });
  await read();
  expect([await change(wanted), deed.refusal.value?.key, source.read.mock.calls.length]).toEqual([false, "stale", 2]);
});

test("a server without settings has no such section", async () => {
  const { read, lacks } = desk({ read: () => Promise.reject(new Problem(404, "", "")) });
  await read();
  expect(lacks).toHaveBeenCalledOnce();
});

test.each([
  [86_400 * 7, { unit: "days", n: 7 }], [3600 * 12, { unit: "hours", n: 12 }], [86_400 + 3600, { unit: "hours", n: 25 }], [1800, { unit: "minutes", n: 30 }], [90, { unit: "seconds", n: 90 }],
])("%i seconds are told in the largest unit", (seconds, span) => expect(spanOf(seconds)).toEqual(span));
