import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { openBrowser, sizes } from "./driver.mjs";

describe("the living map", () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.done());

  const rows = [
    ["on the wall at night", { size: sizes.wall, mood: "dark" }, "wall-dark"],
    ["on the wall by day", { size: sizes.wall, mood: "light" }, "wall-light"],
    ["on the desk at night", { size: sizes.desk, mood: "dark" }, "desk-dark"],
    ["on a laptop by day", { size: sizes.laptop, mood: "light" }, "laptop-light"],
    ["on the phone by day", { path: "/m/", size: sizes.phone, mood: "light" }, "phone-light"],
    ["on the phone at night", { path: "/m/", size: sizes.phone, mood: "dark" }, "phone-dark"],
  ];
  for (const [name, options, shot] of rows) {
    it(`paints ${name}, without a complaint and without a stranger`, async () => {
      const screen = await browser.newScreen(options);
      await screen.sees('[data-connection="live"]');
      await screen.idle();
      await screen.shot(shot);
      assert.ok((await screen.colours()) > 100, "the map is blank");
      assert.deepEqual(screen.complaints, []);
      assert.deepEqual(screen.strangers, []);
      assert.deepEqual(await screen.overflow(), []);
      if (options.path === "/m/") assert.deepEqual(await screen.smallButtons(), []);
      await screen.close();
    });
  }

  it("paints every theme", async () => {
    const screen = await browser.newScreen();
    await screen.idle();
    const seen = new Set();
    for (const theme of ["map", "people", "use", "devices", "workers", "service"]) {
      await screen.click(`[data-theme-tab=${theme}]`);
      await screen.idle();
      await screen.shot(`theme-${theme}`);
      seen.add(await screen.text(".legend"));
    }
    assert.ok(seen.size >= 5, "each theme has a legend of its own");
    assert.deepEqual(screen.complaints, []);
    await screen.close();
  });
});
