import { computed, ref, shallowRef } from "vue";
import type { ComputedRef, Ref, ShallowRef } from "vue";

import type { Client } from "../api/client";
import type { ServerFrame } from "../api/frames";
import type { Category } from "../api/types";
import { Problem } from "../api/wire";
import { applyIncident, awaitList, forgetClosed, forgetRevisions, loadIncidents, noIncidents, readIncident, removeIncident } from "../model/feed";
import type { Incidents } from "../model/feed";
import { byNeed, isOverdue, toneOf } from "../model/incident";
import type { Incident, Tone } from "../model/incident";
import { useReader } from "./useReader";
import type { Reading } from "./useReader";

export interface IncidentDesk {
  readonly all: ShallowRef<Incidents>;
  /** Open events, the most needy first. */
  readonly open: ComputedRef<readonly Incident[]>;
  readonly tones: ComputedRef<Readonly<Record<Tone, number>>>;
  readonly overdue: ComputedRef<number>;
  readonly categories: ShallowRef<ReadonlyMap<string, Category>>;
  readonly state: Ref<Reading>;
  /** Whether they were ever read: before, nothing can be counted. */
  readonly known: Ref<boolean>;
  load(): Promise<void>;
  /** The server has another history: revisions say nothing any more. */
  forget(): void;
  apply(frame: ServerFrame): void;
}

const most = 5000;

/**
 * All open events that this viewer may see, as the feed moves them.
 *
 * @param sees whether this viewer has a post that sees events: without one there is no list to ask for
 */
export function useIncidents(client: Pick<Client, "openEvents" | "categories">, now: Readonly<Ref<number>>, sees: () => Promise<boolean>): IncidentDesk {
  const all = shallowRef<Incidents>(noIncidents);
  const categories = shallowRef<ReadonlyMap<string, Category>>(new Map());
  const state = ref<Reading>("loading");

  const known = ref(false);
  const open = computed(() => [...all.value.byID.values()].filter((incident) => incident.state !== "closed").sort(byNeed(now.value)));
  const tones = computed(() => {
    const counts: Record<Tone, number> = { red: 0, amber: 0, blue: 0, green: 0, closed: 0 };
    for (const incident of open.value) counts[toneOf(incident, now.value)]++;
    return counts;
  });
  const overdue = computed(() => open.value.filter((incident) => isOverdue(incident, now.value)).length);

  const load = useReader(state, async (current) => {
    all.value = awaitList(all.value);
    const [list, kinds] = await Promise.all([sees().then((does) => (does ? listOrNone(client.openEvents(most)) : [])), client.categories()]);
    if (!current()) return;
    categories.value = new Map(kinds.map((category) => [category.code, category]));
    const read = list.map(readIncident).filter((incident) => incident !== undefined);
    all.value = loadIncidents(all.value, read.filter((incident) => incident.state !== "closed"));
    known.value = true;
  });

  const apply = (frame: ServerFrame): void => {
    if ((frame.op === "change" || frame.op === "alert") && "data" in frame && frame.kind === "events") {
      const incident = readIncident({ ...(frame.data as object), id: frame.id, revision: frame.revision });
      if (incident) all.value = forgetClosed(applyIncident(all.value, incident, now.value), now.value);
    }
    if (frame.op === "gone" && "revision" in frame && frame.kind === "events") {
      all.value = removeIncident(all.value, Number(frame.id), Number(frame.revision));
    }
  };

  const forget = () => {
    all.value = forgetRevisions(all.value);
  };

  return { all, open, tones, overdue, categories, state, known, load, forget, apply };
}

/** What was listed, or nothing where there is no such list, as when the post that sees it has just ended. */
async function listOrNone<T>(list: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await list;
  } catch (why) {
    if (why instanceof Problem && why.status === 404) return [];
    throw why;
  }
}
