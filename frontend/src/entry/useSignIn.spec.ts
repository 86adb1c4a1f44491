import { describe, expect, it, vi } from "vitest";

import { Problem } from "../api/client";
import type { Client } from "../api/client";
import { placeAfter, refusedElsewhere, useSignIn, wayElsewhere } from "./useSignIn";

function make(answer: () => Promise<unknown>) {
  const signIn = vi.fn(answer);
  return { signIn, desk: useSignIn({ signIn } as unknown as Client) };
}
const refuses = (status: number, fields: readonly string[] = [], retryAfter = 0) => async () => Promise.reject(new Problem(status, "", "", fields, retryAfter));

describe("signing in", () => {
  it("lets in whom the server lets in", async () => {
    const { desk, signIn } = make(async () => ({ name: "网格员" }));
    desk.name.value = "worker";
    desk.password.value = "secret";
    expect([await desk.enter(), desk.busy.value]).toEqual([{ name: "网格员" }, false]);
    expect(signIn).toHaveBeenCalledWith("worker", "secret", "");
  });

  it("asks for the code once the server does, and calls nothing wrong", async () => {
    const { desk } = make(refuses(401, ["body.code"]));
    expect([await desk.enter(), desk.asks.value, desk.refusal.value]).toEqual([undefined, "code", undefined]);
  });

  it("forgets a code that was refused: each works once", async () => {
    const { desk } = make(refuses(401));
    desk.asks.value = "code";
    desk.code.value = "123456";
    await desk.enter();
    expect([desk.code.value, desk.refusal.value]).toEqual(["", { key: "wrongCode" }]);
  });

  for (const [what, answer, want] of [
    ["a wrong password", refuses(401), { key: "wrong" }],
    ["an empty name", refuses(422), { key: "wrong" }],
    ["too many tries", refuses(429, [], 30), { key: "wait", seconds: 30 }],
    ["a server that does not answer", refuses(0), { key: "unreachable" }],
    ["a server that loads", refuses(503), { key: "unreachable" }],
    ["a server that fails", refuses(500), { key: "failed" }],
    ["a page that fails", async () => Promise.reject(new TypeError()), { key: "failed" }],
  ] as const) {
    it(`says ${want.key} of ${what}`, async () => {
      const { desk } = make(answer);
      await desk.enter();
      expect(desk.refusal.value).toEqual(want);
    });
  }
});

describe("after signing in", () => {
  for (const [search, hash, want] of [
    ["?to=/m/", "#map=15/1/2", "/m/#map=15/1/2"], ["?to=/", "", "/"], ["", "#event=7", "/#event=7"],
    ["?to=//evil.example/", "", "/"], ["?to=https://evil.example", "", "/"], ["?to=javascript:alert(1)", "", "/"], ["?to=/api/session", "", "/"],
  ]) {
    it(`${search}${hash} leads to ${want}`, () => expect(placeAfter({ search: search!, hash: hash! })).toBe(want));
  }

  it("leads to the page of whoever signed in, where none was asked for", () => {
    expect([placeAfter({ search: "", hash: "" }, "/admin"), placeAfter({ search: "?to=/m/", hash: "" }, "/admin"), placeAfter({ search: "", hash: "#setup=x" })]).toEqual(["/admin", "/m/", "/"]);
  });
});

describe("signing in elsewhere", () => {
  for (const [search, want] of [
    ["", undefined], ["?refused=noPost", { key: "noPost" }], ["?refused=serverAway", { key: "serverAway" }], ["?refused=unreachable", { key: "unreachable" }],
    ["?refused=<img onerror=x>", { key: "failed" }], ["?refused=", { key: "failed" }],
  ] as const) {
    it(`${search || "nothing"} says ${want?.key ?? "nothing"}`, () => expect(refusedElsewhere(search)).toEqual(want));
  }

  it("takes the page along that sent here", () => {
    expect([wayElsewhere("/sign-in/openid", "?to=/m/"), wayElsewhere("/sign-in/openid", "")]).toEqual(["/sign-in/openid?to=%2Fm%2F", "/sign-in/openid"]);
  });
});
