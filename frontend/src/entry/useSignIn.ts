import { ref } from "vue";
import type { Ref } from "vue";

import { Problem } from "../api/client";
import type { Client } from "../api/client";
import type { Session } from "../api/types";

/** Why nobody was let in, as a word of the screen. */
export type Refusal = { readonly key: "wrong" | "wrongCode" | "unreachable" | "failed" | Elsewhere } | { readonly key: "wait"; readonly seconds: number };

/** Why who came back from the sign-in server was not let in. */
const elsewhere = ["serverAway", "refusedThere", "noPost"] as const;
type Elsewhere = (typeof elsewhere)[number];

/** What the address says of somebody who came back from the sign-in server; undefined of others. */
export function refusedElsewhere(search: string): Refusal | undefined {
  const why = new URLSearchParams(search).get("refused");
  if (why === null) return undefined;
  const known = elsewhere.find((one) => one === why);
  return { key: known ?? (why === "unreachable" ? "unreachable" : "failed") };
}

/** Where a browser begins to sign in elsewhere, to come to the page that sent here. */
export function wayElsewhere(url: string, search: string): string {
  const to = new URLSearchParams(search).get("to");
  return to ? `${url}?to=${encodeURIComponent(to)}` : url;
}

export interface SignInDesk {
  readonly name: Ref<string>;
  readonly password: Ref<string>;
  readonly code: Ref<string>;
  /** What the form asks for: the code only once the server has asked for it. */
  readonly asks: Ref<"password" | "code">;
  readonly busy: Ref<boolean>;
  readonly refusal: Ref<Refusal | undefined>;
  /** Tries what was typed; who has signed in, undefined if nobody. */
  enter(): Promise<Session | undefined>;
}

/** What is typed into the form, and what the server said to it. */
export function useSignIn(client: Client): SignInDesk {
  const name = ref("");
  const password = ref("");
  const code = ref("");
  const asks = ref<"password" | "code">("password");
  const busy = ref(false);
  const refusal = ref<Refusal>();

  const enter = async (): Promise<Session | undefined> => {
    busy.value = true;
    refusal.value = undefined;
    try {
      return await client.signIn(name.value, password.value, code.value);
    } catch (why) {
      const wantsCode = why instanceof Problem && why.fields.includes("body.code");
      if (wantsCode) asks.value = "code";
      else refusal.value = refusalOf(why, asks.value);
      code.value = ""; // each works once
      return undefined;
    } finally {
      busy.value = false;
    }
  };
  return { name, password, code, asks, busy, refusal, enter };
}

function refusalOf(why: unknown, asked: "password" | "code"): Refusal {
  if (!(why instanceof Problem)) return { key: "failed" };
  if (why.status === 0 || why.status === 503) return { key: "unreachable" };
  if (why.status === 429) return { key: "wait", seconds: why.retryAfter };
  if (why.status === 401 || why.status === 422) return { key: asked === "code" ? "wrongCode" : "wrong" };
  return { key: "failed" };
}

const pages: readonly string[] = ["/", "/m/", "/desk", "/planner", "/r/", "/admin"];

/** Where to go after signing in: to the page that sent here, with what its address said; never to another server. Else to the page of whoever signed in. */
export function placeAfter({ search, hash }: { search: string; hash: string }, own = "/"): string {
  const asked = new URLSearchParams(search).get("to") ?? "";
  return (pages.includes(asked) && asked !== "/" ? asked : own) + (hash.startsWith("#setup=") ? "" : hash);
}
