import { describe, expect, it } from "vitest";

import type { Envelope } from "../api/types";
import { Coverage } from "./coverage";

const town: Envelope = [106, 29, 107, 30];
const corner: Envelope = [106, 29, 106.5, 29.5];
const beyond: Envelope = [106.5, 29, 107.5, 30];

describe("what is to be read when the server looks somewhere", () => {
  it("is all at first, nothing for a closer look, and more for a wider one", () => {
    const coverage = new Coverage();
    coverage.welcome("e1");
    expect([town, corner, corner, town, beyond].map((view) => coverage.look(view))).toEqual(["all", "nothing", "nothing", "more", "more"]);
  });

  it.each([
    ["the connection comes back", (coverage: Coverage) => coverage.welcome("e1")],
    ["frames are lost", (coverage: Coverage) => coverage.lose()],
  ])("is all again when %s", (_, happen) => {
    const coverage = new Coverage();
    coverage.welcome("e1");
    coverage.look(town);
    happen(coverage);
    expect(coverage.look(corner)).toBe("all");
  });

  it("revisions are forgotten with another history, not with the same", () => {
    const coverage = new Coverage();
    expect(coverage.welcome("e1")).toBe(false);
    expect(coverage.welcome("e1")).toBe(false);
    expect(coverage.welcome("e2")).toBe(true);
  });
});
