import { describe, expect, it } from "vitest";

import { Problem } from "../api/wire";
import { refusalOf, useDeed } from "./useDeed";

describe("something that somebody does", () => {
  it("returns what came of it, and true where nothing comes of it", async () => {
    const { run } = useDeed();
    expect([await run(async () => 7), await run(async () => {})]).toEqual([7, true]);
  });

  it("is not done twice at once", async () => {
    const { run, busy } = useDeed();
    let times = 0;
    const slow = () => new Promise<void>((done) => setTimeout(() => (times++, done())));
    const first = run(slow);
    expect([busy.value, await run(slow)]).toEqual([true, undefined]);
    await first;
    expect([busy.value, times]).toEqual([false, 1]);
  });

  it("says why not, and no more of it when it is tried again", async () => {
    const { run, refusal } = useDeed();
    expect(await run(() => Promise.reject(new Problem(409, "", "")))).toBeUndefined();
    expect(refusal.value?.key).toBe("stale");
    await run(async () => {});
    expect(refusal.value).toBeUndefined();
  });
});

describe("a refusal", () => {
  it.each([
    [403, "forbidden"], [404, "gone"], [409, "stale"], [422, "invalid"], [401, "wrong"], [503, "unreachable"], [0, "unreachable"], [421, "elsewhere"], [500, "failed"],
  ])("of %i is %s", (status, key) => expect(refusalOf(new Problem(status, "", "")).key).toBe(key));

  it("names the fields, and how long to wait", () => {
    expect(refusalOf(new Problem(422, "", "", ["body.login", "body.post.area"]))).toMatchObject({ fields: ["login", "area"] });
    expect(refusalOf(new Problem(429, "", "", [], 30))).toMatchObject({ key: "wait", seconds: 30 });
  });

  it("says what the server holds", () => expect(refusalOf(new Problem(421, "", "", [], 0, "西区")).holds).toBe("西区"));

  it("of a page's own mistake is a failure", () => expect(refusalOf(new TypeError()).key).toBe("failed"));
});
