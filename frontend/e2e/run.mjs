// Drives a running demo in Chromium: `QUANXI_DATA=DIR node e2e/run.mjs http://127.0.0.1:8080`, with its folder.
// Screenshots go to the folder QUANXI_SHOTS, or to a new one that is named at the end.
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const base = process.argv[2];
if (!base || !process.env.QUANXI_DATA) {
  console.error("usage: QUANXI_DATA=DIR node e2e/run.mjs BASE_URL [FILE…]");
  process.exit(2);
}
process.env.QUANXI_BASE = new URL(base).origin;
process.env.QUANXI_SHOTS ??= mkdtempSync(join(tmpdir(), "quanxi-shots-"));

const here = import.meta.dirname;
const chosen = process.argv.slice(3);
const files = readdirSync(here).filter((file) => file.endsWith(".test.mjs") && (chosen.length === 0 || chosen.includes(file)));
// One browser at a time: it draws in software and takes the whole machine.
run({ files: files.map((file) => join(here, file)), concurrency: 1, timeout: 900_000 })
  .on("test:fail", () => (process.exitCode = 1))
  .compose(spec)
  .pipe(process.stdout)
  .on("finish", () => {});
process.on("exit", () => console.log(`screenshots: ${process.env.QUANXI_SHOTS}`));
