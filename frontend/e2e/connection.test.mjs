import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { api, openBrowser, sizes } from "./driver.mjs";

describe("the connection", () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.done());

  it("is cut, says so, comes back by itself and has missed nothing", async () => {
    const { area } = await api.get("/api/status");
    const screen = await browser.newScreen();
    await screen.sees('[data-connection="live"]');
    await screen.idle();
    await screen.wire.cut();
    await screen.sees('[data-connection="retrying"], [data-connection="off"]');
    await screen.shot("connection-cut");
    const event = await api.report({ lon: area.lon, lat: area.lat, title: "断线时上报" });
    screen.wire.mend();
    await screen.sees('[data-connection="live"]');
    await screen.until(async () => (await screen.text("body")).includes("断线时上报"), "what happened meanwhile is shown");
    await api.send("DELETE", `/api/events/${event.id}`, undefined, event.revision);
    assert.deepEqual(screen.strangers, []);
    await screen.close();
  });

  it("loses tiles for a while: the screen says so, and reads them again by itself", async () => {
    const screen = await browser.newScreen({ path: "/#theme=map" });
    await screen.wire.cut();
    let lost = 0;
    await screen.page.route("**/tiles/base/**", (route) => (lost++ < 8 ? route.fulfill({ status: 503 }) : route.continue()));
    await screen.reload();
    await screen.sees("[data-trouble]");
    await screen.until(() => lost > 8, "they are asked for again");
    await screen.until(async () => (await screen.colours()) > 100, "the map is drawn");
    await screen.loses("[data-trouble]");
    await screen.close();
  });

  it("is cut while something is selected on the phone: the head says so, however high the sheet is", async () => {
    const { area } = await api.get("/api/status");
    const screen = await browser.newScreen({ path: `/m/#at=${area.lon},${area.lat}`, size: sizes.phone });
    await screen.sees('[data-sheet="half"] [data-identify][data-state="ready"]');
    await screen.loses("[data-connection]");
    await screen.wire.cut();
    for (const height of ["half", "full"]) {
      await screen.sees(`[data-sheet="${height}"]`);
      await screen.sees('[data-connection="retrying"], [data-connection="off"]');
      assert.deepEqual(await screen.covered("[data-connection]"), []);
      await screen.shot(`phone-cut-${height}`);
      if (height === "half") await screen.click(".grip");
    }
    screen.wire.mend();
    await screen.loses("[data-connection]");
    await screen.close();
  });

  it("is not needed to see the map: tiles come over HTTP", async () => {
    const screen = await browser.newScreen({ path: "/m/", size: [390, 844] });
    await screen.wire.cut();
    await screen.reload();
    await screen.until(async () => (await screen.colours()) > 100, "the map is drawn");
    await screen.close();
  });
});
