import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { openBrowser, sizes } from "./driver.mjs";

describe("the languages", () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.done());

  it("are switched without a reload, kept over one, and fit", async () => {
    const screen = await browser.newScreen({ size: sizes.laptop });
    await screen.idle();
    assert.equal(await screen.text('[data-theme-tab="people"]'), "人口");
    await screen.click("[data-language]");
    assert.equal(await screen.text('[data-theme-tab="people"]'), "People");
    const buttons = await screen.page.locator(".tabs button, .tools button, .fold").allInnerTexts();
    assert.deepEqual(buttons.filter((text) => /\p{Script=Han}/u.test(text)), []);
    await screen.shot("laptop-english");
    assert.deepEqual(await screen.overflow(), []);
    await screen.reload();
    assert.equal(await screen.text('[data-theme-tab="people"]'), "People");
    assert.deepEqual(screen.complaints, []);
    await screen.close();
  });

  it("night and day are switched without a reload", async () => {
    const screen = await browser.newScreen();
    await screen.idle();
    const night = await screen.picture();
    await screen.press("n");
    await screen.until(async () => (await screen.picture()) !== night, "the map changes its colours");
    assert.equal(await screen.page.evaluate(() => document.documentElement.dataset.theme), "light");
    assert.deepEqual(screen.complaints, []);
    await screen.close();
  });
});
