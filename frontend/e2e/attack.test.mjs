// Texts that try to be markup or script, in every field that somebody may write, drawn wherever they are drawn.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { api, openBrowser } from "./driver.mjs";

const payloads = {
  image: "<img src=x onerror=window.__ran=1>",
  script: '"><script>window.__ran=1</script>',
  link: "javascript:window.__ran=1",
  vector: "<svg/onload=window.__ran=1>",
  template: "{{constructor.constructor('window.__ran=1')()}}",
  attribute: "' onmouseover='window.__ran=1",
};
const all = Object.values(payloads);
const evil = all.join(" ");

let browser;
let house;
let area;
const made = [];
before(async () => {
  browser = await openBrowser();
  house = await api.tallHouse();
  ({ area } = await api.get("/api/status"));
});
after(async () => {
  for (const [path, revision] of made.reverse()) await api.send("DELETE", path, undefined, revision).catch(() => {});
  await browser.done();
});

async function make(kind, body) {
  const { id, revision } = await api.send("POST", `/api/${kind}`, body);
  made.push([`/api/${kind}/${id}`, revision]);
  return id;
}

/** A page that notes every script that ran and every thing that the policy stopped, from its first line on. */
async function watched(path) {
  const screen = await browser.newScreen({ path: "/sign-in" });
  await screen.context.addInitScript(() => {
    window.__stopped = [];
    document.addEventListener("securitypolicyviolation", (event) => window.__stopped.push(`${event.violatedDirective} ${event.blockedURI}`));
    window.alert = window.prompt = window.confirm = () => (window.__ran = 1);
  });
  await screen.page.goto(process.env.QUANXI_BASE + path);
  await screen.page.reload();
  // Not idle: the demo lives, and a picture is not what is compared here.
  screen.drawn = async () => {
    await screen.sees('[data-connection="live"]');
    await screen.page.waitForTimeout(3000);
  };
  return screen;
}

async function unharmed(screen, where) {
  const [ran, stopped, made] = await screen.page.evaluate(() => [window.__ran, window.__stopped, document.querySelectorAll('img[src="x"], [onerror], [onmouseover], svg[onload], a[href^="javascript:"]').length]);
  assert.equal(ran, undefined, `${where}: a script ran`);
  assert.deepEqual(stopped, [], `${where}: the policy had to stop something`);
  assert.equal(made, 0, `${where}: a text became markup`);
}


test("a text in any field is a text on every screen", async () => {
  const at = { lon: house.lon, lat: house.lat };
  const building = await make("buildings", { name: evil, address: evil, floors: 6, height_cm: 1800, geometry: square(house.lon + 0.002, house.lat) });
  const home = await make("dwellings", { building, unit: 1, floor: 2, room: payloads.image, state: "own" });
  await make("people", { dwelling: home, residence: "both", born: "1940-05-01", name: payloads.image, phone: "10300001234" });
  const event = await make("events", { category: "lamp", title: evil, lon: at.lon + 0.002, lat: at.lat, urgency: "urgent", occurred_at: new Date().toISOString() });
  await make("divisions", { code: `${area.code.slice(0, 6)}998001`, name: evil, level: 4, kind: "village" });
  for (const [kind, body] of [
    ["devices", { name: evil, category: "lamp", state: "online", lon: at.lon + 0.002, lat: at.lat }],
    ["cameras", { name: evil, state: "online", lon: at.lon + 0.002, lat: at.lat }],
    ["service", { name: evil, category: "service", lon: at.lon + 0.002, lat: at.lat }],
  ]) await make(kind, body);

  const screen = await watched(`/#map=18/${at.lat}/${at.lon + 0.002}`);
  await screen.drawn();
  await unharmed(screen, "the map");
  for (const [where, hash] of [["a building", `of=buildings/${building}`], ["a home", `of=dwellings/${home}`], ["an event", `of=events/${event}`], ["an event by its link", `event=${event}`], ["a division", `of=divisions/${area.code.slice(0, 6)}998001`]]) {
    await screen.page.goto(`${process.env.QUANXI_BASE}/#${hash}`);
    await screen.page.reload();
    await screen.drawn();
    await unharmed(screen, where);
  }
  await screen.page.goto(`${process.env.QUANXI_BASE}/#of=buildings/${building}`);
  await screen.page.reload();
  await screen.until(async () => (await screen.page.locator("body").innerText()).includes(payloads.image), "the name of the building is shown as it was written");
  await screen.shot("attack-building");

  for (const one of all) {
    await screen.page.locator('input[type="search"], [role="combobox"]').first().fill(one);
    await screen.page.waitForTimeout(500);
    await unharmed(screen, `search for ${one}`);
  }
  await screen.page.mouse.move(640, 360); // what appears under the pointer
  await screen.page.waitForTimeout(300);
  await screen.page.emulateMedia({ media: "print" });
  await unharmed(screen, "print");
  assert.deepEqual(screen.complaints.filter((text) => !text.includes("404")), []);
  assert.deepEqual(screen.strangers, []);
  await screen.close();
});

test("an address that somebody sends is no script either", async () => {
  for (const path of [
    ...[payloads.image, payloads.link].flatMap((one) => [`/#of=${encodeURIComponent(one)}/1`, `/#event=${encodeURIComponent(one)}`, `/sign-in?to=${encodeURIComponent(one)}`, `/sign-in?refused=${encodeURIComponent(one)}`, `/m/#${encodeURIComponent(one)}`]),
    `/sign-in#setup=${encodeURIComponent(evil)}`,
  ]) {
    const screen = await watched(path);
    await screen.page.waitForTimeout(300);
    await unharmed(screen, path);
    await screen.close();
  }
});

function square(lon, lat, side = 0.0002) {
  return { type: "Polygon", coordinates: [[[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]] };
}
