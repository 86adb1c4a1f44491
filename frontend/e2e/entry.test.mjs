// Signing in: five roles and five worlds, one record in the open, and a post that is withdrawn.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { api, openBrowser } from "./driver.mjs";
import { everywhere, tell, tokenOf } from "./people.mjs";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.done());

/** Chooses somebody of the demo on the sign-in page and enters. */
async function enterAs(login, path = "/") {
  const screen = await browser.newScreen({ path, who: null });
  await screen.page.locator(`[data-demo] input[value="${login}"]`).check({ force: true });
  await screen.page.click("button.main");
  return screen;
}

test("on a low window the page scrolls down to the way in", async () => {
  for (const size of [[1366, 650], [390, 600]]) {
    const screen = await browser.newScreen({ path: "/", who: null, size });
    await screen.page.waitForSelector("button.main");
    await screen.page.mouse.move(100, 300);
    await screen.page.mouse.wheel(0, 3000);
    await screen.page.waitForFunction(() => document.querySelector("button.main").getBoundingClientRect().bottom <= innerHeight);
    await screen.close();
  }
});

test("five roles see five worlds", async () => {
  const worlds = {};
  for (const login of ["operator", "county", "community", "department", "planner"]) {
    const screen = await enterAs(login);
    await screen.page.waitForSelector("[data-account]");
    const session = await screen.page.evaluate(() => fetch("/api/session").then((reply) => reply.json()));
    const ask = (path) => screen.page.evaluate((what) => fetch(what).then((reply) => reply.status), path);
    const status = await screen.page.evaluate(() => fetch("/api/status").then((reply) => reply.json()));
    worlds[login] = [status.area?.name ?? "", await ask("/api/people?limit=1"), await ask("/api/events?limit=1"), session.rights.length].join(" ");
    assert.deepEqual(screen.complaints.filter((text) => !text.includes("404")), [], login);
    await screen.close();
  }
  assert.equal(new Set(Object.values(worlds)).size, 5, JSON.stringify(worlds));
});

test("a name is shown in the open for a reason, and masked to others", async () => {
  const house = await api.tallHouse();
  const { items: homes } = await api.get(`/api/dwellings?filter=building:${house.id}&limit=200`);
  let home;
  for (const one of homes) {
    const { items } = await api.get(`/api/people?filter=dwelling:${one.id}&geometry=false`);
    if (items.some(({ shown }) => shown === "masked")) { home = one; break; }
  }
  const screen = await browser.newScreen({ path: `/#of=dwellings/${home.id}` });
  const id = await screen.page.locator("[data-person]").filter({ has: screen.page.locator("button") }).first().getAttribute("data-person");
  const row = screen.page.locator(`[data-person="${id}"]`);
  const masked = (await row.locator("b").textContent()).trim();
  assert.match(masked, /\*/);
  await row.locator("button").first().click();
  await row.locator('[data-reason="visit"]').click();
  await screen.page.waitForFunction(([person, before]) => document.querySelector(`[data-person="${person}"] b`)?.textContent.trim() !== before, [id, masked]);
  assert.doesNotMatch(await row.locator("b").textContent(), /\*/);
  await screen.shot("unmasked");
  await screen.close();
});

test("a post that is withdrawn empties the screen", async () => {
  const security = await tokenOf("security");
  const somebody = await everywhere();
  const screen = await browser.newScreen({ who: somebody });
  await screen.idle();
  const open = () => screen.page.evaluate(() => fetch("/api/status").then((reply) => reply.json()).then(({ area }) => area));
  assert.ok(await open());
  const { items } = await tell("GET", `/api/accounts?q=${somebody.login}`, undefined, security);
  for (const { id, revision } of items[0].posts) await tell("DELETE", `/api/posts/${id}`, undefined, security, revision);
  await screen.page.waitForFunction(() => !document.querySelector("[data-event]"));
  assert.equal(await open(), null);
  await screen.page.waitForSelector("[data-no-post=none]");
  await screen.shot("no-post");
  await screen.close();
});

test("an administrator who opens the map is told that there is none for him, and led to his desk", async () => {
  const screen = await browser.newScreen({ who: { login: "security", password: "quanxi-demo" }, size: [390, 844], path: "/m/" });
  await screen.page.waitForSelector("[data-no-post=other] [data-to-admin]");
  assert.deepEqual(screen.complaints, []);
  await screen.page.click("[data-to-admin]");
  await screen.page.waitForURL("**/admin**");
  await screen.close();
});

test("whoever has not signed in comes to the entry, and back to where a link led", async () => {
  const screen = await browser.newScreen({ path: "/m/", who: null, size: [390, 844] });
  await screen.page.waitForSelector("[data-demo]");
  await screen.page.click("button.main");
  await screen.page.waitForURL("**/m/**");
  await screen.close();
});
