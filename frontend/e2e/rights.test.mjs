// A person's rights, exports and settings, as whoever has to do with them finds them in the administration.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openBrowser, sizes } from "./driver.mjs";
import { atTheMachine, confirm, someone, tell, tokenOf } from "./people.mjs";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.done());

const demo = (login) => ({ login, password: "quanxi-demo" });
const desk = (who, path) => browser.newScreen({ path: `/admin${path}`, size: sizes.laptop, who: typeof who === "string" ? demo(who) : who });
const fresh = (name) => `${name}-${Math.random().toString(36).slice(2, 8)}`;
async function pick(screen, field, text) {
  await screen.page.fill(`[name="${field}"]`, text);
  await screen.page.locator("[data-option]").first().waitFor();
  await screen.press("Enter");
  await screen.page.waitForSelector(`[name="${field}"][data-chosen]`);
}

/** Somebody who lives in the secretary's community; the numbers as the leader of the town is shown them. */
async function resident(skip) {
  const { items } = await tell("GET", "/api/people?limit=60&geometry=false", undefined, await tokenOf("community"));
  const grown = items.filter(({ shown, may_unmask: may }) => shown === "masked" && may)[skip];
  return (await tell("POST", `/api/people/${grown.id}/unmask`, { reason: "visit" }, await tokenOf("leader"))).record;
}

test("the secretary finds somebody by the number, unmasks, corrects and hands over the file", async () => {
  const person = await resident(0);
  const screen = await desk("community", "#file");
  await screen.page.fill('[name="number"]', person.id_number);
  await screen.click("[data-find-person] button[type=submit]");
  await screen.page.waitForSelector("[data-file]");
  assert.match(await screen.text("[data-name]"), /\*/);
  assert.match(await screen.page.locator("[data-watermark]").getAttribute("data-text"), /community \d{4}-\d\d-\d\d \d\d:\d\d/);
  assert.equal(await screen.page.locator('[data-find-person] [name="number"]').inputValue(), "", "the number does not stay on the screen");
  assert.ok(!screen.page.url().includes(person.id_number));
  await screen.shot("file-masked");
  await screen.click('[data-file] [data-reason="correction"]');
  await screen.page.waitForFunction((name) => document.querySelector("[data-name]")?.textContent.includes(name), person.name);
  await screen.click("[data-correct]");
  await screen.page.fill('[data-correct-form] [name="phone"]', "10300000123");
  await screen.click("[data-correct-form] button[type=submit]");
  await screen.page.waitForFunction(() => document.querySelector("[data-file] dl").textContent.includes("10300000123"));
  const [file] = await Promise.all([screen.page.waitForEvent("download"), screen.click("[data-copy-file]")]);
  const copy = JSON.parse(Buffer.concat(await (await file.createReadStream()).toArray()).toString());
  assert.deepEqual([copy.person.name, copy.person.phone], [person.name, "10300000123"]);
  await screen.shot("file-open");
  assert.deepEqual(screen.complaints, []);
  await screen.close();
});

test("nobody is found by part of a number, and nobody of another community", async () => {
  const screen = await desk("community", "#file");
  await screen.page.fill('[name="number"]', "990000190001010000");
  await screen.click("[data-find-person] button[type=submit]");
  await screen.page.waitForSelector("[data-none], [data-refusal]");
  assert.equal(await screen.page.locator("[data-found]").count(), 0);
  await screen.close();
});

test("somebody is erased once the word for it is typed, and is found no more", async () => {
  const person = await resident(1);
  const screen = await desk("community", `#file/${person.id}`);
  await screen.click("[data-erase]");
  assert.ok(await screen.page.locator("[data-erase-sure]").isDisabled());
  await screen.page.fill('[name="sure"]', "彻底删");
  assert.ok(await screen.page.locator("[data-erase-sure]").isDisabled());
  await screen.page.fill('[name="sure"]', "彻底删除");
  await screen.click("[data-erase-sure]");
  await screen.page.waitForSelector("[data-erased]");
  await screen.shot("file-erased");
  await assert.rejects(tell("GET", `/api/people/${person.id}`, undefined, await tokenOf("leader")), /404/);
  await screen.close();
});

test("an export of many people waits for a second person, and is then taken", async () => {
  const security = await tokenOf("security");
  const { posts } = await tell("GET", "/api/session", undefined, await tokenOf("community"));
  const second = await someone(fresh("shu"), "secretary", posts[0].area);
  await confirm(second.id);
  const { name } = await tell("GET", `/api/divisions/${posts[0].area}?geometry=false`, undefined, security);
  const asks = await desk("community", "#exports");
  await asks.page.selectOption('[name="kind"]', "people");
  await pick(asks, "area", name);
  await asks.page.selectOption('[name="purpose"]', "visits");
  await asks.click("[data-ask-export] button[type=submit]");
  await asks.page.waitForSelector('[data-export][data-state="waiting"]');
  await asks.shot("export-waiting");
  const id = await asks.page.locator('[data-export][data-state="waiting"]').first().getAttribute("data-export");

  const decides = await desk(second, "#exports");
  await decides.click(`[data-export="${id}"] [data-approve]`);
  await decides.loses(`[data-export="${id}"] [data-approve]`);
  await asks.reload();
  await asks.page.waitForSelector(`[data-export="${id}"][data-state="ready"]`);
  const [file] = await Promise.all([asks.page.waitForEvent("download"), asks.click(`[data-export="${id}"] [data-take]`)]);
  assert.match(file.suggestedFilename(), /^people-.*\.csv$/);
  await decides.close();
  await asks.close();
});

test("the system administrator changes what is kept how long", async () => {
  const screen = await desk("admin", "#settings");
  await screen.page.waitForSelector("[data-kept]");
  const now = Number(await screen.page.locator('[name="audit_months"]').inputValue());
  await screen.page.fill('[name="audit_months"]', String(now + 1));
  await screen.click("[data-settings] button[type=submit]");
  await screen.page.waitForSelector("[data-saved]");
  await screen.reload();
  await screen.page.waitForSelector("[data-kept]");
  assert.equal(Number(await screen.page.locator('[name="audit_months"]').inputValue()), now + 1);
  await screen.close();
});

test("what protects less waits for a second administrator", async () => {
  const first = await desk("admin", "#settings");
  await first.page.waitForSelector("[data-kept]");
  const months = Number(await first.page.locator('[name="audit_months"]').inputValue());
  await first.page.fill('[name="audit_months"]', String(months - 1));
  await first.click("[data-settings] button[type=submit]");
  await first.page.waitForSelector('[data-saved="waits"]');
  await first.page.waitForSelector("[data-proposals] [data-mine]");
  assert.equal(await first.page.locator("[data-accept]").count(), 0);
  assert.equal(Number(await first.page.locator('[name="audit_months"]').inputValue()), months);
  await first.shot("settings-proposed");
  assert.deepEqual(first.complaints, []);
  await first.close();

  const second = await desk(atTheMachine(fresh("xi"), "system-admin"), "#settings");
  await second.page.waitForSelector('[data-proposed="audit_months"]');
  assert.match(await second.text("[data-proposals]"), /admin/);
  await second.click("[data-accept]");
  await second.page.waitForFunction(() => !document.querySelector("[data-proposals]"));
  assert.equal(Number(await second.page.locator('[name="audit_months"]').inputValue()), months - 1);
  assert.deepEqual(second.complaints, []);
  await second.close();
});

test("who looks at people on the map stands over them", async () => {
  const token = await tokenOf("community");
  const { items } = await tell("GET", "/api/people?limit=1&geometry=false", undefined, token);
  for (const [path, size] of [["/", sizes.laptop], ["/m/", sizes.phone]]) {
    const screen = await browser.newScreen({ path: `${path}#of=dwellings/${items[0].dwelling}`, size, who: demo("community") });
    await screen.page.waitForSelector("[data-home] [data-person]");
    assert.match(await screen.page.locator("[data-home] [data-watermark]").getAttribute("data-text"), /community/);
    await screen.shot(`watermark${path.replace(/\W/g, "")}`);
    await screen.close();
  }
});

/** What of a part of the page is wider than the part or the screen, as words of it. */
const overflowing = (screen, selector) => screen.page.evaluate((within) => {
  const frame = document.querySelector(within).getBoundingClientRect();
  const right = Math.min(frame.right, document.documentElement.clientWidth) + 0.5;
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) return [`the page is ${scrollWidth} px wide on ${clientWidth}`];
  return [...document.querySelectorAll(`${within} *`)]
    .filter((one) => one.getClientRects().length > 0 && !one.closest("[data-watermark], .visually-hidden") && (one.getBoundingClientRect().right > right || one.getBoundingClientRect().left < frame.left - 0.5))
    .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 40)}`);
}, selector);

for (const [name, size] of [["phone", sizes.phone], ["small", [1280, 800]], ["wall", sizes.wall]]) {
  for (const language of ["zh-CN", "en"]) {
    test(`somebody in the open fits the panel of a home and the file: ${name}, ${language}`, async () => {
      const { items } = await tell("GET", "/api/people?limit=60&geometry=false", undefined, await tokenOf("community"));
      const one = items.filter(({ shown, may_unmask: may }) => shown === "masked" && may)[5];
      const screen = await browser.newScreen({ path: `${name === "phone" ? "/m/" : "/"}#of=dwellings/${one.dwelling}`, size, language, who: demo("community") });
      const row = `[data-home] [data-person="${one.id}"]`;
      await screen.page.waitForSelector(row);
      if (await screen.page.locator(`${row} button`).count()) {
        await screen.page.locator(`${row} > button`).click();
        assert.deepEqual(await overflowing(screen, "[data-home]"), [], "while a reason is asked for");
        await screen.shot(`home-why-${name}-${language}`);
        await screen.page.locator(`${row} [data-reason="visit"]`).click();
      }
      await screen.page.waitForSelector(`${row} a[href^="tel:"]`);
      await screen.page.locator(row).scrollIntoViewIfNeeded();
      await screen.shot(`home-open-${name}-${language}`);
      assert.deepEqual(await overflowing(screen, "[data-home]"), []);
      await screen.close();

      const file = await browser.newScreen({ path: `/admin#file/${one.id}`, size, language, who: demo("community") });
      await file.page.waitForSelector("[data-file] dl");
      await file.shot(`file-open-${name}-${language}`);
      await file.click("[data-correct]");
      await file.shot(`file-correct-${name}-${language}`);
      assert.deepEqual(await overflowing(file, "[data-file]"), []);
      await file.close();
    });
  }
}
