// The only file that touches the browser and the API. Tests say given, when, then.
import { join } from "node:path";

import { chromium } from "playwright-core";

import { everywhere } from "./people.mjs";

const base = process.env.QUANXI_BASE;
/** Whoever the tests are, unless they say so. */
const tester = await everywhere();
const patience = 60_000;
/** What of the live map is hidden, so that two pictures differ by one change only. */
export const still = "hide=components,cameras,devices,service,workers,events,labels";

export const sizes = { wall: [1920, 1080], desk: [1440, 900], laptop: [1366, 768], phone: [390, 844] };

/** Starts a browser; `done` ends it. */
export async function openBrowser() {
  const browser = await chromium.launch({
    executablePath: process.env.QUANXI_CHROMIUM ?? "/usr/bin/chromium", headless: true,
    args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
  return { newScreen: (options) => newScreen(browser, options), done: () => browser.close() };
}

async function newScreen(browser, { path = "/", size = [1280, 720], mood = "dark", language = "zh-CN", who = tester } = {}) {
  const [width, height] = size;
  const context = await browser.newContext({ viewport: { width, height }, hasTouch: width < 500, deviceScaleFactor: width < 500 ? 2 : 1 });
  await context.addInitScript(([chosenMood, chosenLanguage]) => {
    localStorage.setItem("quanxi.mood", chosenMood);
    if (!localStorage.getItem("quanxi.language")) localStorage.setItem("quanxi.language", chosenLanguage);
  }, [mood, language]);
  if (who) {
    const reply = await context.request.post(`${base}/api/session`, { data: { name: who.login, password: who.password } });
    if (!reply.ok()) throw new Error(`sign-in of ${who.login}: ${reply.status()}`);
  }
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const screen = new Screen(context, page);
  await screen.wire.attach(page);
  await page.goto(base + path);
  return screen;
}

/** One page as a person has it before them. */
class Screen {
  constructor(context, page) {
    this.context = context;
    this.page = page;
    this.wire = new Wire();
    this.complaints = [];
    this.strangers = [];
    page.on("console", (message) => message.type() === "error" && this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== base && !["data:", "blob:"].includes(protocol)) this.strangers.push(request.url());
    });
  }

  /** Waits until everything in view is loaded and drawn. */
  async idle() {
    await this.page.waitForSelector("[data-map][data-idle]");
    await this.page.waitForFunction(() => document.querySelector("[data-map]")?.hasAttribute("data-idle"));
  }

  async shot(name) {
    await this.page.screenshot({ path: join(process.env.QUANXI_SHOTS, `${name}.png`) });
  }

  /** A picture of the middle of the map, to be compared. */
  async picture() {
    const box = await this.page.locator("[data-map]").boundingBox();
    const clip = { x: box.x + box.width * 0.25, y: box.y + box.height * 0.25, width: box.width * 0.5, height: box.height * 0.5 };
    return (await this.page.screenshot({ clip })).toString("base64");
  }

  /** How many different colours are in the middle of the map: one means that nothing is drawn. */
  async colours() {
    const png = await this.picture();
    return this.page.evaluate(async (data) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
      pen.drawImage(image, 0, 0);
      const { data: pixels } = pen.getImageData(0, 0, image.width, image.height);
      const seen = new Set();
      for (let i = 0; i < pixels.length; i += 4) seen.add((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
      return seen.size;
    }, png);
  }

  /** Taps the map, by default in the middle. */
  async tap(fromX = 0.5, fromY = 0.5) {
    const box = await this.page.locator("[data-map]").boundingBox();
    await this.page.mouse.click(box.x + box.width * fromX, box.y + box.height * fromY);
  }

  /** Taps the map as a finger does: the browser tells it as touches, and then once more as a click. */
  async finger(fromX, fromY) {
    const box = await this.page.locator("[data-map]").boundingBox();
    await this.page.touchscreen.tap(box.x + box.width * fromX, box.y + box.height * fromY);
    await this.page.waitForTimeout(350); // two taps, not a double one
  }

  async drag(from, to) {
    const box = await this.page.locator("[data-map]").boundingBox();
    const at = ([x, y]) => [box.x + box.width * x, box.y + box.height * y];
    await this.page.mouse.move(...at(from));
    await this.page.mouse.down();
    await this.page.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]));
    await this.page.mouse.move(...at(to));
    await this.page.mouse.up();
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  click(selector) {
    return this.page.click(selector);
  }

  /** Goes where a link goes that is pasted over the page's own. */
  async follow(hash) {
    await this.page.evaluate((to) => (location.hash = to), hash);
    await this.until(() => this.address().startsWith(`#${hash.split("&")[0].slice(0, 12)}`), "the link is followed");
    await this.idle();
  }

  async text(selector) {
    return (await this.page.locator(selector).first().innerText()).trim();
  }

  sees(selector) {
    return this.page.waitForSelector(selector);
  }

  loses(selector) {
    return this.page.waitForSelector(selector, { state: "detached" });
  }

  address() {
    return new URL(this.page.url()).hash;
  }

  /** Waits until a question asked again and again is answered by true. */
  async until(question, what) {
    const end = Date.now() + patience;
    while (!(await question())) {
      if (Date.now() > end) throw new Error(`${what}: not within ${patience / 1000} s`);
      await this.page.waitForTimeout(200);
    }
  }

  /** Boxes that reach beyond the window, and words that are cut off where they must not be. */
  overflow() {
    return this.page.evaluate(() => {
      const wide = document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight;
      const outside = [...document.querySelectorAll("button, input, h1, h2")].filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && (box.left < -1 || box.right > innerWidth + 1);
      });
      return [...(wide ? ["the page scrolls"] : []), ...outside.map((element) => element.outerHTML.slice(0, 120))];
    });
  }

  /** Buttons over the map that are too small for a thumb. */
  smallButtons() {
    return this.page.evaluate(() => [...document.querySelectorAll(".phone button, .phone input:not([type=checkbox]):not([type=range])")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.top < innerHeight && !element.classList.contains("grip") && box.height < 44;
    }).map((element) => element.outerHTML.slice(0, 120)));
  }

  /** Waits until something has stopped moving. */
  async stands(selector) {
    const handle = await this.page.locator(selector).first().elementHandle();
    await handle.waitForElementState("stable");
  }

  /** Those of some texts that do not fit into the lines they have. */
  cut(selector) {
    return this.page.evaluate((chosen) => [...document.querySelectorAll(chosen)].filter((element) => element.scrollHeight > element.clientHeight + 1).map((element) => element.innerText), selector);
  }

  /** Those of some things that lie under something else, or beyond the window, at their middle. */
  covered(selector) {
    return this.page.evaluate((chosen) => [...document.querySelectorAll(chosen)].filter((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return !element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    }).map((element) => element.outerHTML.slice(0, 120)), selector);
  }

  async reload() {
    await this.page.reload();
  }

  close() {
    return this.context.close();
  }
}

const networkBroke = 4000; // a close code after which clients come back

/** The feed's socket, which can be cut like a cable. */
class Wire {
  live = [];
  isCut = false;

  async attach(page) {
    await page.routeWebSocket("**/feed", (socket) => {
      if (this.isCut) return void socket.close({ code: networkBroke });
      socket.connectToServer();
      this.live.push(socket);
    });
  }

  async cut() {
    this.isCut = true;
    for (const socket of this.live.splice(0)) await socket.close({ code: networkBroke });
  }

  mend() {
    this.isCut = false;
  }
}

/** The server's API, as any other client uses it. */
export const api = {
  async get(path) {
    const reply = await fetch(base + path, { headers: { Authorization: `Bearer ${tester.token}` } });
    if (!reply.ok) throw new Error(`GET ${path}: ${reply.status}`);
    return reply.json();
  },

  async send(method, path, body, revision) {
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${tester.token}`, ...(revision === undefined ? {} : { "If-Match": `"${revision}"` }) };
    const reply = await fetch(base + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
    return reply.status === 204 ? undefined : reply.json();
  },

  report(over) {
    return this.send("POST", "/api/events", {
      category: "fire", title: "端到端试验", urgency: "urgent", occurred_at: new Date().toISOString(), ...over,
    });
  },

  /** A tall house of homes, with a place inside it. */
  async tallHouse() {
    const { items } = await this.get("/api/buildings?limit=1000");
    const houses = items.filter(({ building_use: use, floors, area }) => use === "housing" && floors >= 6 && floors < 20 && area);
    const house = houses.sort((a, b) => b.floors - a.floors)[0];
    const ring = house.geometry.type === "Polygon" ? house.geometry.coordinates[0] : house.geometry.coordinates[0][0];
    const mean = (i) => ring.slice(0, -1).reduce((sum, place) => sum + place[i], 0) / (ring.length - 1);
    return { ...house, lon: mean(0), lat: mean(1) };
  },
};
