import { expect, test } from "vitest";

import { en } from "../strings/en";
import { fill } from "../strings/words";
import { findingLine } from "./findingLine";

const words = en as Readonly<Record<string, string>>;

test.each([
  ["the first rows, before which nothing stands", { seq: 1, until: 3, fault: "missing" }, /^Rows 1 to 3: missing$/],
  ["rows after another", { seq: 57, until: 60, at: "2026-03-01T09:00:00Z", fault: "missing" }, /^Rows 57 to 60 \(2026-03-01 \d\d:\d\d\): missing$/],
  ["one row", { seq: 57, until: 57, at: "2026-03-01T09:00:00Z", fault: "old" }, /^Row 57 \(2026-03-01 \d\d:\d\d\): dated/],
])("%s are said as a line", (_, finding, line) => {
  expect(findingLine(finding, (key, values = {}) => fill(en[key], values), (prefix, name) => words[`${prefix}.${name}`] ?? name)).toMatch(line);
});
