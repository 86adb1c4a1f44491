import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { api, openBrowser, sizes, still } from "./driver.mjs";

describe("asking the map", () => {
  let browser;
  let house;
  before(async () => {
    browser = await openBrowser();
    house = await api.tallHouse();
  });
  after(() => browser.done());
  const atHouse = () => `map=17/${house.lat}/${house.lon}/0/0&${still}`;

  it("a tap says the chain, the building, who answers and what is near; a link restores it", async () => {
    const screen = await browser.newScreen({ path: `/#${atHouse()}` });
    await screen.idle();
    await screen.tap();
    await screen.sees('[data-identify][data-state="ready"] [data-chain]');
    const chain = await screen.text("[data-chain]");
    for (const level of ["市", "区县", "镇街", "村(社区)", "网格"]) assert.ok(chain.includes(level), `${level} in ${chain}`);
    assert.ok((await screen.text("[data-identify]")).includes(house.name || house.address));
    await screen.sees("[data-workers] li");
    await screen.sees("[data-near] li");
    assert.match(screen.address(), /at=\d+\.\d+,\d+\.\d+/);
    await screen.reload();
    await screen.sees('[data-identify][data-state="ready"] [data-chain]');
    assert.equal(await screen.text("[data-chain]"), chain);
    await screen.press("Escape");
    await screen.loses("[data-identify]");
    assert.deepEqual(screen.complaints, []);
    await screen.close();
  });

  it("a building opens into floors and homes, by keyboard too", async () => {
    const screen = await browser.newScreen({ path: `/#${atHouse()}&at=${house.lon},${house.lat}`, size: sizes.desk });
    await screen.idle();
    await screen.click("[data-open-building]");
    await screen.sees("[data-matrix] .cell");
    await screen.press("ArrowUp");
    await screen.press("ArrowUp");
    await screen.sees("[data-matrix] .chosen");
    assert.match(screen.address(), /floor=/);
    await screen.click("[data-matrix] .chosen .cell");
    await screen.sees("[data-home]");
    await screen.idle();
    await screen.shot("building-opened");
    for (let level = 0; level < 4; level++) await screen.press("Escape"); // home, floor, building, selection
    await screen.loses("[data-matrix]");
    await screen.loses("[data-identify]");
    assert.deepEqual(screen.complaints, []);
    await screen.close();
  });

  it("search finds by characters, by initials and by code, and Enter goes there", async () => {
    const [town] = (await api.get("/api/divisions?level=3&limit=1")).items;
    const [community] = (await api.get(`/api/divisions?parent=${town.code}&limit=1`)).items;
    const screen = await browser.newScreen();
    await screen.idle();
    for (const text of [community.name, community.code]) {
      await screen.press("/");
      await screen.page.keyboard.type(text);
      await screen.sees("#hit-0");
      await screen.until(async () => (await screen.text("#hits")).includes(community.name), `${text} is found`);
      await screen.press("Enter");
      await screen.until(async () => (await screen.text("[data-identify]")).includes(community.name), "the community is shown");
      await screen.press("Escape");
    }
    await screen.press("/");
    await screen.page.keyboard.type("zqx9-nothing");
    await screen.sees(".hits .none");
    assert.deepEqual(screen.complaints, []);
    await screen.close();
  });

  it("what is searched for opens itself, not what stands at its label; Back closes it", async () => {
    const { items: streets } = await api.get("/api/divisions?level=3&limit=1");
    const [community] = (await api.get(`/api/divisions?parent=${streets[0].code}&limit=1`)).items;
    const screen = await browser.newScreen({ path: "/m/", size: sizes.phone, mood: "light" });
    await screen.idle();
    await screen.page.fill(".search input", community.code);
    await screen.sees("#hit-0");
    await screen.until(async () => (await screen.text("#hits")).includes(community.name), "it is found");
    await screen.press("Enter");
    await screen.sees("[data-area-numbers] [data-count=people]");
    assert.equal(await screen.text("[data-identify] h2"), community.name);
    assert.ok(screen.address().includes(`of=divisions/${community.code}`));
    await screen.page.goBack();
    await screen.loses("[data-identify]");
    assert.equal(new URL(screen.page.url()).pathname, "/m/");
    await screen.close();
  });

  it("Back on the phone goes a level at a time, from a home to the map", async () => {
    const screen = await browser.newScreen({ path: `/m/#${atHouse()}`, size: sizes.phone, mood: "light" });
    await screen.idle();
    await screen.tap();
    await screen.sees('[data-identify][data-state="ready"] [data-open-building]');
    await screen.click("[data-open-building]");
    await screen.click("[data-matrix] .cell");
    await screen.sees("[data-home]");
    for (const gone of ["[data-home]", "[data-matrix] .chosen", "[data-matrix]", "[data-identify]"]) {
      await screen.sees(gone);
      await screen.page.goBack();
      await screen.loses(gone);
    }
    await screen.click("[data-draw]");
    await screen.sees("[data-tool=polygon]");
    await screen.page.goBack();
    await screen.loses("[data-tool=polygon]");
    assert.equal(new URL(screen.page.url()).pathname, "/m/");
    assert.deepEqual(screen.complaints, []);
    await screen.close();
  });

  it("Back climbs through the areas that a thumb came down by", async () => {
    const { items: [street] } = await api.get("/api/divisions?level=3&limit=1");
    const screen = await browser.newScreen({ path: `/m/#of=divisions/${street.code}`, size: sizes.phone });
    // What is being read has no name yet.
    const title = () => screen.page.evaluate(() => {
      const panel = document.querySelector('[data-identify][data-state="ready"]');
      return panel ? panel.querySelector("h2").innerText.trim() : "";
    });
    await screen.sees("[data-children] button");
    await screen.click("[data-children] button");
    await screen.until(async () => !["", street.name].includes(await title()), "a community is shown");
    const community = await title();
    await screen.click("[data-children] button");
    await screen.until(async () => !["", street.name, community].includes(await title()), "a grid is shown");
    await screen.page.goBack();
    await screen.until(async () => (await title()) === community, "the community is back");
    await screen.page.goBack();
    await screen.until(async () => (await title()) === street.name, "the street is back");
    await screen.page.goBack();
    await screen.loses("[data-identify]");
    assert.deepEqual(screen.complaints, []);
    await screen.close();
  });

  it("a link to a closed event shows it, one to nothing says so", async () => {
    const made = await api.report({ title: "已办结的试验", lon: house.lon, lat: house.lat });
    await api.send("PATCH", `/api/events/${made.id}`, { state: "closed" }, made.revision);
    const screen = await browser.newScreen({ path: `/#event=${made.id}` });
    await screen.sees('[data-identify][data-state="ready"] [data-chain]');
    assert.equal(await screen.text("[data-identify] h2"), "已办结的试验");
    assert.ok((await screen.text("[data-identify]")).includes("办结"));
    const open = await api.report({ title: "看着被删的试验", lon: house.lon, lat: house.lat });
    await screen.follow(`event=${open.id}`);
    await screen.until(async () => (await screen.text("[data-identify] h2")).endsWith("看着被删的试验"), "the open event is shown");
    await api.send("DELETE", `/api/events/${open.id}`, undefined, open.revision);
    await screen.sees('[data-identify][data-state="missing"]');
    await screen.follow("event=4503599627370000");
    await screen.sees('[data-identify][data-state="missing"]');
    await screen.close();
  });

  it("a shape that crosses itself is refused in words, and is drawn again", async () => {
    const screen = await browser.newScreen({ path: `/#${atHouse()}` });
    await screen.idle();
    await screen.press("p");
    for (const corner of [[0.4, 0.4], [0.6, 0.4], [0.4, 0.6], [0.6, 0.6]]) {
      await screen.tap(...corner);
      await screen.page.waitForTimeout(350); // two quick clicks would be a double click
    }
    await screen.press("Enter");
    await screen.sees("[data-refused]");
    await screen.click(".redraw");
    await screen.loses("[data-refused]");
    await screen.close();
  });

  it("a home of a list opens its building at its floor, with who is registered there", async () => {
    const screen = await browser.newScreen({ path: `/#${atHouse()}`, size: sizes.desk });
    await screen.idle();
    await screen.press("r");
    await screen.drag([0.35, 0.35], [0.65, 0.65]);
    await screen.sees('[data-within][data-state="ready"] li');
    await screen.click("[data-within] [role=tab]:nth-child(2)");
    await screen.until(async () => /单元|\d-\d/.test(await screen.text("[data-within] li .t1")), "the row says stair and room");
    await screen.click("[data-within] li button");
    await screen.sees("[data-home]");
    assert.match(screen.address(), /floor=/);
    await screen.close();
  });

  it("a drawn rectangle is counted and listed", async () => {
    const screen = await browser.newScreen({ path: `/#${atHouse()}` });
    await screen.idle();
    await screen.press("r");
    await screen.drag([0.35, 0.35], [0.65, 0.65]);
    await screen.sees('[data-within][data-state="ready"] [data-count="buildings"]');
    assert.ok(Number((await screen.text('[data-count="buildings"]')).replace(",", "")) > 0);
    assert.ok(Number((await screen.text('[data-count="people"]')).replace(",", "")) > 0);
    await screen.sees("[data-within] li");
    await screen.shot("within");
    await screen.press("Escape");
    await screen.loses("[data-within]");
    await screen.close();
  });

  it("a polygon, a circle and a buffer are counted too", async () => {
    const screen = await browser.newScreen({ path: `/#${atHouse()}` });
    await screen.idle();
    const corners = [[0.4, 0.4], [0.6, 0.4], [0.6, 0.6]];
    for (const [key, ends] of [["c", false], ["p", true], ["b", true]]) {
      await screen.press(key);
      for (const corner of ends ? corners : corners.slice(0, 2)) {
        await screen.tap(...corner);
        await screen.page.waitForTimeout(350); // two quick clicks would be a double click
      }
      if (ends) await screen.press("Enter");
      await screen.sees('[data-within][data-state="ready"] [data-count="buildings"]');
      await screen.press("Escape");
      await screen.loses("[data-within]");
    }
    assert.deepEqual(screen.complaints, []);
    await screen.close();
  });

  it("drawing with a thumb while something is selected puts the sheet down, and covers nothing", async () => {
    const screen = await browser.newScreen({ path: `/m/#${atHouse()}&at=${house.lon},${house.lat}`, size: sizes.phone, mood: "light" });
    await screen.sees('[data-sheet="half"] [data-identify][data-state="ready"]');
    await screen.click("[data-draw]");
    await screen.sees('[data-sheet="peek"]');
    await screen.stands("[data-draw]");
    assert.deepEqual(await screen.covered(".thumb button, [data-tool]"), []);
    await screen.click("[data-tool=buffer]");
    await screen.sees("[data-finish]");
    await screen.shot("phone-draw-selected");
    assert.deepEqual(await screen.covered(".thumb button, [data-tool], .how button"), []);
    await screen.close();
  });

  it("the legend on the phone folds under a thumb", async () => {
    const screen = await browser.newScreen({ path: "/m/", size: sizes.phone });
    await screen.click("[data-layers]");
    await screen.sees(".legend .fold");
    await screen.click(".grip");
    await screen.sees('[data-sheet="full"]');
    await screen.stands(".sheet");
    assert.deepEqual(await screen.smallButtons(), []);
    await screen.shot("phone-layers");
    await screen.close();
  });

  it("a link to the wall leads to the phone's page in the hand", async () => {
    const screen = await browser.newScreen({ path: `/#${atHouse()}`, size: sizes.phone });
    await screen.sees(".phone");
    assert.match(screen.page.url(), /\/m\/#map=/);
    await screen.close();
  });

  it("all of it with a thumb", async () => {
    const screen = await browser.newScreen({ path: `/m/#${atHouse()}`, size: sizes.phone, mood: "light" });
    await screen.idle();
    await screen.tap(0.5, 0.5);
    await screen.sees('[data-sheet="half"] [data-identify][data-state="ready"] [data-chain]');
    await screen.idle();
    await screen.shot("phone-identify");
    assert.deepEqual(await screen.smallButtons(), []);
    await screen.click(".close");
    await screen.click("[data-draw]");
    await screen.click("[data-tool=circle]");
    await screen.finger(0.5, 0.35);
    await screen.finger(0.7, 0.35);
    await screen.sees('[data-within][data-state="ready"] [data-count="buildings"]');
    await screen.until(async () => Number(await screen.text('[data-count="buildings"]')) > 0, "the circle reaches from tap to tap");
    await screen.shot("phone-within");
    assert.deepEqual(screen.complaints, []);
    await screen.close();
  });
});
