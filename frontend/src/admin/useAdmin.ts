import { computed, inject, provide, ref, watchEffect } from "vue";
import type { InjectionKey } from "vue";

import { Client } from "../api/client";
import { Exports } from "../api/exports";
import { Files } from "../api/files";
import { Office } from "../api/office";
import { Trail } from "../api/trail";
import { usualMood } from "../ui/useScene";
import { useClock } from "../ui/useClock";
import { useReader } from "../ui/useReader";
import type { Reading } from "../ui/useReader";
import { useSession } from "../ui/useSession";
import { sectionsOf } from "../model/sections";
import type { Section } from "../model/sections";
import { useAreaNames } from "./useAreaNames";
import { useRoute } from "./useRoute";

/** What all sections of the page share. */
function createAdmin() {
  const client = new Client();
  const session = useSession(client);
  const now = useClock();
  const areas = useAreaNames((code) => client.thing("divisions", code));
  const { route, go } = useRoute();
  /** What the one area is called that the server holds; empty if it holds everything, or until that is known. */
  const held = ref("");
  void useReader(ref<Reading>("loading"), async (current) => {
    const { holds } = await client.status();
    if (current()) held.value = holds?.name || holds?.code || "";
  })();
  const mood = ref(usualMood());
  watchEffect(() => {
    document.documentElement.dataset.theme = mood.value;
    localStorage.setItem("quanxi.mood", mood.value);
  });
  /** Sections that this server does not have. */
  const missing = ref<readonly Section[]>([]);
  const rights = computed(() => session.who.value?.rights ?? []);
  const sections = computed(() => sectionsOf(rights.value).filter((section) => !missing.value.includes(section)));
  /** Which section is shown: that of the address if it is one of mine, else the first of mine. */
  const section = computed(() => sections.value.find((one) => one === route.value.section) ?? sections.value[0]);
  /** What is open of the section that is shown. */
  const key = computed(() => (section.value === route.value.section ? route.value.key : ""));
  return {
    client, office: new Office(client), trail: new Trail(client), files: new Files(client), exports: new Exports(client), session, now, areas, held, mood, rights, sections, section, key, go,
    may: (right: string) => rights.value.includes(right),
    isSelf: (account: number) => session.who.value?.account === String(account),
    lacks: (one: Section) => (missing.value = [...missing.value, one]),
  };
}

export type Admin = ReturnType<typeof createAdmin>;

const injected: InjectionKey<Admin> = Symbol("admin");

/** Makes what the page shares, for it and everything on it. */
export function provideAdmin(): Admin {
  const admin = createAdmin();
  provide(injected, admin);
  return admin;
}

/** What the page that this component is on shares. */
export function useAdmin(): Admin {
  const admin = inject(injected);
  if (!admin) throw new Error("provideAdmin was not called");
  return admin;
}
