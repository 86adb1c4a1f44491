// The administration: each of those who administer finds what is theirs, and nothing of the others'.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openBrowser, sizes } from "./driver.mjs";
import { atTheMachine, someone, tell, tokenOf } from "./people.mjs";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.done());

const demo = (login) => ({ login, password: "quanxi-demo" });
/** The page as an account of the demo has it before it. */
const desk = (login, over = {}) => browser.newScreen({ path: "/admin", size: sizes.laptop, who: typeof login === "string" ? demo(login) : login, ...over });
const sectionsOf = (screen) => screen.page.locator("[data-section]").evaluateAll((links) => links.map((link) => link.dataset.section));
/** Picks what a search of a form finds first. */
async function pick(screen, field, text) {
  await screen.page.fill(`[name="${field}"]`, text);
  await screen.page.locator("[data-option]").first().waitFor();
  await screen.press("Enter");
  await screen.page.waitForSelector(`[name="${field}"][data-chosen]`);
}
const fresh = (name) => `${name}-${Math.random().toString(36).slice(2, 8)}`;
/** Nothing was refused by the page's own policy, and nothing failed. */
const clean = (screen) => assert.deepEqual([screen.complaints, screen.strangers], [[], []]);

test("none sees the section of another", async () => {
  for (const [login, sections] of [
    ["security", ["accounts", "roles"]], ["audit", ["audit"]], ["admin", ["accounts"]], ["community", ["accounts"]], ["planner", []],
  ]) {
    const screen = await desk(login);
    await screen.page.waitForSelector(sections.length ? "[data-section]" : "[data-nothing]");
    const shown = (await sectionsOf(screen)).filter((one) => !["file", "exports", "settings"].includes(one));
    assert.deepEqual(shown, sections, login);
    await screen.close();
  }
});

test("the security administrator adds an account, whose link opens the set-up, and locks it", async () => {
  const screen = await desk("security");
  const login = fresh("luo");
  await screen.click("[data-new]");
  await screen.page.fill('[name="login"]', login);
  await screen.page.fill('[name="name"]', "罗丹");
  await screen.page.selectOption('[name="role"]', "grid-worker");
  await pick(screen, "area", "社区");
  await screen.click("[data-new-account] button[type=submit]");
  const link = await screen.page.locator("[data-secret]").inputValue();
  assert.match(link, /\/sign-in#setup=.{20,}$/);
  await screen.shot("admin-link");

  const newcomer = await browser.newScreen({ path: "/sign-in" + new URL(link).hash, who: null });
  await newcomer.page.waitForSelector('[name="password"]');
  assert.match(await newcomer.text("form"), new RegExp(login));
  await newcomer.page.fill('[name="password"]', "violet harbour 88 teapots");
  await newcomer.page.fill('[name="again"]', "violet harbour 88 teapots");
  await newcomer.click("button.main");
  await newcomer.page.waitForURL((at) => at.pathname === "/");

  await screen.click("[data-open-added]");
  await screen.page.waitForSelector(`[data-account-panel="${login}"]`);
  assert.match(await screen.text("[data-posts]"), /网格员/);
  await screen.click("[data-lock]");
  await screen.click("[data-lock]");
  await screen.page.waitForSelector("[data-unlock]");
  await screen.shot("admin-locked");
  await newcomer.page.waitForURL(/sign-in/); // out within a moment, from the open page
  clean(screen);
  await newcomer.close();
  await screen.close();
});

test("a post that one administrator alone has given awaits a superior, who confirms it", async () => {
  const { posts } = await tell("GET", "/api/session", undefined, await tokenOf("community"));
  const { area } = posts.find(({ role }) => role === "secretary");
  const one = await someone(fresh("qin"), "community-staff", area);
  const token = async () => (await tell("POST", "/api/session", { name: one.login, password: one.password })).token;
  const rights = async () => (await tell("GET", "/api/session", undefined, await token())).rights;
  assert.ok(!(await rights()).includes("unmask"));

  const maker = await desk("security", { path: `/admin#accounts/${one.id}` });
  await maker.page.waitForSelector("[data-awaits]");
  assert.equal(await maker.page.locator("[data-confirm]").count(), 0, "who made the link and gave the post is no second person");
  await maker.shot("admin-awaits");
  await maker.close();

  const own = await browser.newScreen({ path: "/", size: sizes.laptop, who: one });
  await own.click("[data-own-account]");
  await own.page.waitForSelector("[data-own] [data-awaits]");
  await own.close();

  const screen = await desk("community", { path: `/admin#accounts/${one.id}` });
  await screen.page.waitForSelector("[data-confirm]");
  await screen.shot("admin-confirm");
  await screen.click("[data-confirm]");
  await screen.click("[data-confirm]");
  await screen.loses("[data-awaits]");
  assert.ok((await rights()).includes("unmask"));
  clean(screen);
  await screen.close();
});

test("a program that is added gets no link, and is told of its token", async () => {
  const screen = await desk("security");
  await screen.click("[data-new]");
  await screen.page.fill('[name="login"]', fresh("meter"));
  await screen.page.fill('[name="name"]', "电表网关");
  await screen.page.selectOption('[name="sort"]', "machine");
  await screen.page.selectOption('[name="role"]', "integration");
  await pick(screen, "area", "社区");
  await screen.click("[data-new-account] button[type=submit]");
  await screen.page.waitForSelector("[data-program]");
  assert.equal(await screen.page.locator("[data-secret]").count(), 0);
  clean(screen);
  await screen.close();
});

test("an account that somebody else has changed meanwhile is shown anew, with the reason", async () => {
  const security = await tokenOf("security");
  const { id } = await someone(fresh("he"), "grid-worker");
  const screen = await desk("security", { path: `/admin#accounts/${id}` });
  await screen.page.waitForSelector("[data-lock]");
  const { revision } = await tell("GET", `/api/accounts/${id}`, undefined, security);
  await tell("PATCH", `/api/accounts/${id}`, { locked: true }, security, revision);
  await screen.click("[data-lock]");
  await screen.click("[data-lock]");
  await screen.page.waitForSelector('[data-refusal="stale"]');
  await screen.page.waitForSelector("[data-unlock]");
  await screen.close();
});

test("what a role may do is proposed by one, and accepted by another whom he has not set up himself", async () => {
  const one = await desk("security", { path: "/admin#roles/steward" });
  await one.page.waitForSelector("[data-role-editor]");
  const had = await one.page.locator('[name="report-events"]').isChecked();
  await one.page.locator('[name="report-events"]').setChecked(!had);
  await one.page.waitForSelector(had ? '[data-taken="report-events"]' : '[data-added="report-events"]');
  await one.shot("admin-role-diff");
  await one.click("[data-propose]");
  const row = '[data-proposal="steward"]';
  await one.page.waitForSelector(row);
  assert.equal(await one.page.locator(`${row} [data-accept]`).count(), 0, "nobody accepts what he proposed");

  const puppet = await desk(await someone(fresh("shen"), "audit-admin", "5000"), { path: "/" });
  await puppet.page.waitForSelector('[data-no-post="awaits"]');
  await puppet.shot("awaits-a-second-person");
  await puppet.close();

  const other = await desk(atTheMachine(fresh("sec"), "security-admin"), { path: "/admin#roles" });
  await other.page.waitForSelector(`${row} [data-diff] li`);
  await other.click(`${row} [data-accept]`);
  await other.loses(row);
  assert.equal(await other.page.locator('[data-role="steward"] [data-has="report-events"]').count(), had ? 0 : 1);
  await other.close();
  await one.close();
});

test("the audit administrator searches, verifies and takes the rows along", async () => {
  const screen = await desk("audit");
  await screen.page.waitForSelector("[data-row]");
  await screen.page.fill('[name="actor"]', "security");
  await screen.page.selectOption('[name="action"]', "accounts.");
  await screen.click("[data-trail-form] button[type=submit]");
  await screen.page.waitForFunction(() => {
    const rows = [...document.querySelectorAll("[data-row]")];
    return rows.length > 0 && rows.every((row) => row.dataset.action.startsWith("accounts."));
  });
  assert.match(await screen.text("[data-row]"), /安全员/);
  assert.equal(await screen.text("[data-row] [data-post]"), "安全管理员 5000");
  await screen.click("[data-verify]");
  await screen.page.waitForSelector('[data-verdict="whole"]');
  await screen.shot("admin-audit");
  await screen.page.setViewportSize({ width: 390, height: 844 });
  const over = await screen.page.evaluate(() => [...document.querySelectorAll("[data-trail], [data-trail] td, [data-post]")].filter((one) => one.scrollWidth > one.clientWidth || one.getBoundingClientRect().right > innerWidth).length);
  assert.equal(over, 0, "in the hand nothing of the rows sticks out");
  await screen.page.locator("[data-row]").nth(3).scrollIntoViewIfNeeded();
  await screen.shot("admin-audit-hand");
  const [file] = await Promise.all([screen.page.waitForEvent("download"), screen.click("[data-export]")]);
  const lines = await (await file.createReadStream()).toArray();
  const rows = Buffer.concat(lines).toString().trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(rows.length > 0 && rows.every(({ action }) => action.startsWith("accounts.")));
  clean(screen);
  await screen.close();
});

test("the secretary sets who stands in, and takes it back", async () => {
  const screen = await desk("community");
  await screen.click('[data-account-row="worker"]');
  await screen.page.waitForSelector('[data-account-panel="worker"]');
  assert.deepEqual(await screen.page.locator("[data-lock], [data-invite], [data-dismiss], [data-add]").count(), 0, "a secretary manages no accounts");
  await screen.click("[data-set-standin]");
  await pick(screen, "member", "grid-head");
  const begins = await screen.page.locator('[data-standin-form] [name="begins"]').inputValue();
  await screen.page.fill('[data-standin-form] [name="ends"]', begins.replace(/ .*/, " 23:59"));
  await screen.click("[data-standin-form] button[type=submit]");
  await screen.page.waitForSelector("[data-standin]");
  assert.match(await screen.text("[data-standin]"), /网格长/);
  await screen.shot("admin-standin");
  await screen.click("[data-set-standin]");
  await screen.page.fill('[data-standin-form] [name="ends"]', begins.replace(/ .*/, " 23:59"));
  await screen.page.waitForSelector("[data-clash]");
  assert.match(await screen.text("[data-clash]"), /已由.*网格长.*代岗/);
  assert.ok(await screen.page.locator("[data-standin-form] button[type=submit]").isDisabled());
  await screen.press("Escape");
  await screen.click("[data-standin] button");
  await screen.click("[data-standin] button");
  await screen.loses("[data-standin]");
  clean(screen);
  await screen.close();
});

test("the system administrator issues a token for a machine, shown once", async () => {
  const security = await tokenOf("security");
  const login = fresh("meter");
  const { id } = await tell("POST", "/api/accounts", { login, name: "水表网关", sort: "machine", post: { role: "integration", area: "5000" } }, security);
  const screen = await desk("admin", { path: `/admin#accounts/${id}` });
  await screen.page.fill('[name="days"]', "7");
  await screen.click("[data-issue]");
  const token = await screen.page.locator("[data-secret]").inputValue();
  assert.equal((await tell("GET", "/api/session", undefined, token)).login, login);
  await screen.reload();
  await screen.page.waitForSelector(`[data-account-panel="${login}"]`);
  assert.equal(await screen.page.locator("[data-secret]").count(), 0);
  await screen.close();
});

test("a token for less is read only in one grid, listed so, and withdrawn", async () => {
  const security = await tokenOf("security");
  const login = fresh("wall");
  const { id } = await tell("POST", "/api/accounts", { login, name: "走廊大屏", sort: "machine", post: { role: "integration", area: "5000" } }, security);
  const area = (await tell("GET", "/api/session", undefined, await tokenOf("worker"))).posts[0].area;
  const { name } = await tell("GET", `/api/divisions/${area}?geometry=false`, undefined, security);
  const screen = await desk("admin", { path: `/admin#accounts/${id}` });
  await screen.page.selectOption('[name="extent"]', "some");
  assert.ok(await screen.page.locator("[data-issue]").isDisabled(), "nothing is chosen yet");
  await screen.page.selectOption('[name="extent"]', "read");
  await screen.page.fill('[name="area"]', name);
  await screen.page.locator(`[data-option="${area}"]`).click();
  await screen.page.waitForSelector(`[data-token-areas] [data-area="${area}"]`);
  await screen.shot("token-narrow");
  await screen.click("[data-issue]");
  const token = await screen.page.locator("[data-secret]").inputValue();
  const who = await tell("GET", "/api/session", undefined, token);
  assert.deepEqual([who.login, who.rights, who.areas], [login, ["see-events"], [area]]);
  await assert.rejects(tell("POST", "/api/events", { category: "water", title: "漏水", lon: 106.4, lat: 29.5 }, token), /40[34]/);
  await screen.page.waitForSelector("[data-tokens] [data-token]");
  assert.match(await screen.text("[data-tokens]"), /只读/);
  await screen.shot("token-listed");
  await screen.click("[data-withdraw]");
  await screen.click("[data-withdraw]");
  await screen.loses("[data-token]");
  await assert.rejects(tell("GET", "/api/session", undefined, token), /401/);
  clean(screen);
  await screen.close();
});

test("by the keyboard alone an account is found, opened and locked", async () => {
  const { login } = await someone(fresh("zhou"), "grid-worker");
  const screen = await desk("security");
  await screen.page.waitForSelector("[data-account-row]");
  await screen.press("/");
  await screen.page.keyboard.type(login);
  await screen.page.waitForFunction((wanted) => document.querySelectorAll("[data-account-row]").length === 1 && document.querySelector(`[data-account-row="${wanted}"]`), login);
  const reach = async (selector) => {
    for (let i = 0; i < 30; i++) {
      await screen.press("Tab");
      if (await screen.page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    }
    assert.fail(`Tab does not reach ${selector}`);
  };
  await reach("[data-account-row]");
  await screen.press("Enter");
  await screen.page.waitForSelector(`[data-account-panel="${login}"]`);
  await reach("[data-lock]");
  await screen.press("Enter");
  await screen.press("Enter");
  await screen.page.waitForSelector("[data-unlock]");
  await screen.press("2");
  await screen.page.waitForSelector("[data-role-table]");
  await screen.close();
});

test("everybody sees where they are signed in, ends it elsewhere, and changes the password", async () => {
  const who = await someone(fresh("wen"), "planner");
  const elsewhere = await browser.newScreen({ who });
  const screen = await browser.newScreen({ who, path: "/" });
  await screen.click("[data-own-account]");
  await screen.page.waitForFunction(() => document.querySelectorAll("[data-sign-in]").length >= 2);
  await screen.shot("own-account");
  const ended = await screen.page.locator("[data-sign-in] button").count();
  for (let left = ended; left > 0; left--) {
    await screen.page.locator("[data-sign-in] button").first().click();
    await screen.page.waitForFunction((n) => document.querySelectorAll("[data-sign-in] button").length < n, left);
  }
  await elsewhere.page.waitForURL(/sign-in/);
  await screen.page.fill('[name="old"]', who.password);
  for (const name of ["fresh", "again"]) await screen.page.fill(`[data-own] [name="${name}"]`, "amber lantern 41 orchards");
  await screen.click("[data-own] button.main");
  await screen.page.waitForFunction(() => document.querySelector('[data-own] [name="old"]').value === "");
  assert.ok(await tell("POST", "/api/session", { name: who.login, password: "amber lantern 41 orchards", program: true }));
  await screen.press("Escape");
  await screen.loses("[data-own]");
  await elsewhere.close();
  await screen.close();
});

for (const [name, size] of [["laptop", sizes.laptop], ["wall", sizes.wall], ["phone", sizes.phone]]) {
  test(`nothing of the administration is cut off: ${name}`, async () => {
    for (const [login, path] of [["security", "#accounts"], ["security", "#accounts/new"], ["security", "#roles"], ["audit", "#audit"]]) {
      for (const [mood, language] of [["dark", "zh-CN"], ["light", "en"]]) {
        const screen = await desk(login, { path: `/admin${path}`, size, mood, language });
        await screen.page.locator("main :is([data-accounts], [data-new-account], [data-role-table], [data-trail])").filter({ visible: true }).first().waitFor();
        assert.deepEqual((await screen.overflow()).filter((what) => !what.includes("data-section")), [], `${login} ${path} ${language}`);
        await screen.shot(`admin-${name}-${path.replace(/\W/g, "")}-${mood}`);
        clean(screen);
        await screen.close();
      }
    }
  });
}
