import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { api, openBrowser, sizes, still } from "./driver.mjs";

describe("a change made through the API", () => {
  let browser;
  let house;
  before(async () => {
    browser = await openBrowser();
    house = await api.tallHouse();
  });
  after(() => browser.done());

  it("repaints a building without a reload", async () => {
    const screen = await browser.newScreen({ path: `/#map=17/${house.lat}/${house.lon}/0/50&${still}` });
    await screen.idle();
    const first = await screen.picture();
    const edited = await api.send("PATCH", `/api/buildings/${house.id}`, { height_cm: house.height_cm * 2 }, house.revision);
    await screen.until(async () => (await screen.picture()) !== first, "the building grows");
    await screen.shot("building-grown");
    await api.send("PATCH", `/api/buildings/${house.id}`, { height_cm: house.height_cm }, edited.revision);
    await screen.until(async () => (await screen.picture()) === first, "the building shrinks again");
    assert.deepEqual(screen.complaints, []);
    await screen.close();
  });

  it("is not missed by a tile that was out of view meanwhile", async () => {
    const { revision } = await api.get(`/api/buildings/${house.id}`);
    const far = `map=17/${house.lat + 0.01}/${house.lon}/0/50&${still}`;
    const near = `map=17/${house.lat}/${house.lon}/0/50&${still}`;
    const screen = await browser.newScreen({ path: `/#${near}` });
    await screen.idle();
    const first = await screen.picture();
    await screen.follow(far);
    const edited = await api.send("PATCH", `/api/buildings/${house.id}`, { height_cm: house.height_cm * 2 }, revision);
    await screen.follow(near);
    await screen.until(async () => (await screen.picture()) !== first, "the change is seen after coming back");
    await api.send("PATCH", `/api/buildings/${house.id}`, { height_cm: house.height_cm }, edited.revision);
    await screen.until(async () => (await screen.picture()) === first, "and is undone");
    await screen.close();
  });

  it("shows a division that arrives without a known parent, and opens what is known of it, until it goes", async () => {
    const screen = await browser.newScreen();
    await screen.sees('[data-connection="live"]');
    await screen.idle();
    const { area } = await api.get("/api/status");
    const village = await api.send("POST", "/api/divisions", { code: `${area.code.slice(0, 6)}999001`, name: "端到端村", level: 4, kind: "village" });
    await screen.sees("[data-unplaced]");
    await screen.click("[data-unplaced] summary");
    await screen.click("[data-unplaced] li button");
    await screen.until(async () => (await screen.text("[data-identify]")).includes("端到端村"), "it is opened");
    await api.send("DELETE", `/api/divisions/${village.id}`, undefined, village.revision);
    await screen.until(async () => !(await screen.text("[data-identify]")).includes("端到端村"), "what is gone is not shown as if it were there");
    await screen.press("Escape");
    await screen.loses("[data-unplaced]");
    await screen.close();
  });

  it("is seen in what is open: the name of a house, and a fire in it above its floors", async () => {
    const { revision, name } = await api.get(`/api/buildings/${house.id}`);
    const screen = await browser.newScreen({ path: `/#map=17/${house.lat}/${house.lon}/0/50&at=${house.lon},${house.lat}&floor=2` });
    await screen.sees("[data-matrix]");
    const edited = await api.send("PATCH", `/api/buildings/${house.id}`, { name: "端到端楼" }, revision);
    await screen.until(async () => (await screen.text("[data-identify]")).includes("端到端楼"), "the panel follows");
    assert.equal(await screen.page.locator("[data-matrix]").count(), 1);
    await api.send("PATCH", `/api/buildings/${house.id}`, { name }, edited.revision);
    const fire = await api.report({ lon: house.lon, lat: house.lat, title: "端到端：起火" });
    // The invented town may have something worse: then it is counted beside that.
    await screen.until(async () => /端到端：起火|红 \d+/.test(await screen.text("[data-alarm]")), "the alarm stands in the head");
    await screen.shot("opened-alarm");
    await api.send("DELETE", `/api/events/${fire.id}`, undefined, fire.revision);
    await screen.close();
  });

  it("brings an event into the list, and takes it away", async () => {
    const screen = await browser.newScreen();
    await screen.sees('[data-connection="live"]');
    await screen.idle();
    const event = await api.report({ lon: house.lon, lat: house.lat, title: "端到端：来了又去" });
    await screen.until(async () => (await screen.text("[data-live]")).includes("端到端：来了又去"), "the event is told");
    await api.send("DELETE", `/api/events/${event.id}`, undefined, event.revision);
    await screen.loses(`[data-event="${event.id}"]`);
    await screen.close();
  });

  it("counts what is red: on the phone all of it, on the wall the grids that two lines do not name", async () => {
    const { items: grids } = await api.get("/api/divisions?level=5&limit=60");
    const chosen = grids.filter(({ label }) => label).slice(0, 8);
    const made = [];
    for (const { label } of chosen) made.push(await api.report({ lon: label.coordinates[0], lat: label.coordinates[1], title: "红色满屏" }));
    const phone = await browser.newScreen({ path: "/m/", size: sizes.phone, mood: "light" });
    await phone.until(async () => Number((await phone.text("[data-reds]")).replace(/\D/g, "")) >= chosen.length, "all are counted");
    await phone.idle();
    await phone.shot("phone-reds");
    assert.deepEqual(await phone.overflow(), []);
    await phone.close();
    for (const [name, size] of [["wall", sizes.wall], ["laptop", sizes.laptop]]) {
      const wall = await browser.newScreen({ size });
      await wall.until(async () => /另 \d+ 个$/.test(await wall.text("[data-red-grids]")), "the others are counted");
      assert.deepEqual(await wall.cut("[data-red-grids]"), []);
      await wall.idle();
      await wall.shot(`reds-${name}`);
      await wall.close();
    }
    for (const { id, revision } of made) await api.send("DELETE", `/api/events/${id}`, undefined, revision);
  });
});
