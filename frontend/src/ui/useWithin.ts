import { onScopeDispose, ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";

import { isElsewhere, Problem } from "../api/client";
import type { Client } from "../api/client";
import type { Place, WithinArea, WithinItem, WithinList, WithinReply } from "../api/types";
import { Pencil } from "../map/pencil";
import type { TownMap } from "../map/town";
import { areaOf } from "../model/drawing";
import { inside } from "../model/measure";
import type { Drawing, Tool } from "../model/drawing";
import type { Reading } from "./useReader";

export interface WithinDesk {
  /** What is being drawn or was drawn; undefined if nothing. */
  readonly drawing: ShallowRef<Drawing | undefined>;
  readonly reply: ShallowRef<WithinReply | undefined>;
  readonly list: Ref<WithinList>;
  readonly state: Ref<Reading>;
  /** Why another shape must be drawn: the server does not take this one, or holds nothing of what lies in it; empty if it need not. */
  readonly refused: Ref<"" | "shape" | "elsewhere">;
  begin(tool: Tool): void;
  finish(): void;
  back(): void;
  widen(radius: number): void;
  show(list: WithinList): Promise<void>;
  more(): Promise<void>;
  again(): Promise<void>;
  /** Where a row of the list is: in its building. Undefined if that cannot be read. */
  placeOf(item: WithinItem): Promise<Place | undefined>;
  clear(): void;
}

const usualRadius = 50;
const pageSize = 50;

/** Draws an area and asks what is in it. */
export function useWithin(client: Client, town: () => TownMap | undefined): WithinDesk {
  const drawing = shallowRef<Drawing>();
  const reply = shallowRef<WithinReply>();
  const list = ref<WithinList>("buildings");
  const state = ref<Reading>("ready");
  const refused = ref<"" | "shape" | "elsewhere">("");
  let pencil: Pencil | undefined;
  let running: AbortController | undefined;

  const ask = async (area: WithinArea, cursor?: string): Promise<void> => {
    running?.abort();
    const abort = (running = new AbortController());
    state.value = "loading";
    refused.value = "";
    try {
      const page = await client.within({ area, list: list.value, limit: pageSize, ...(cursor ? { cursor } : {}) }, abort.signal);
      const before = cursor ? (reply.value?.items ?? []) : [];
      reply.value = { ...page, items: [...before, ...(page.items ?? [])] };
      state.value = "ready";
    } catch (why) {
      if (abort.signal.aborted) return;
      refused.value = whyRedrawn(why);
      state.value = "failed";
    }
  };
  const again = async (cursor?: string): Promise<void> => {
    const area = drawing.value && areaOf(drawing.value);
    if (area) await ask(area, cursor);
  };
  const clear = () => {
    running?.abort();
    pencil?.stop();
    pencil?.clear();
    pencil = undefined;
    drawing.value = undefined;
    reply.value = undefined;
    state.value = "ready";
  };
  onScopeDispose(clear);

  return {
    drawing, reply, list, state, refused, clear,
    begin: (tool) => {
      clear();
      const map = town();
      if (!map) return;
      pencil = new Pencil(map, tool, usualRadius, (next) => {
        drawing.value = next;
        if (next.done) void again();
      });
    },
    finish: () => pencil?.end(),
    back: () => pencil?.back(),
    widen: (radius) => pencil?.widen(radius),
    show: async (chosen) => {
      list.value = chosen;
      await again();
    },
    placeOf: (item) => placeOfItem(client, list.value, item).catch(() => undefined),
    more: async () => again(reply.value?.next ?? undefined),
    again: async () => again(),
  };
}

/** Why asking again would not help; empty if it might. */
function whyRedrawn(why: unknown): "" | "shape" | "elsewhere" {
  if (isElsewhere(why)) return "elsewhere";
  return why instanceof Problem && [400, 413, 422].includes(why.status) ? "shape" : "";
}

/** A person is found through the home, a home through the building, a building through its footprint. */
async function placeOfItem(client: Client, list: WithinList, item: WithinItem): Promise<Place | undefined> {
  if (list === "people") {
    return item.dwelling ? placeOfItem(client, "dwellings", await client.entity<WithinItem>("dwellings", item.dwelling)) : undefined;
  }
  return placeOfBuilding(client, (list === "dwellings" ? item.building : item.id) ?? 0);
}

/** A place well within a building's footprint, where nothing else is. */
export async function placeOfBuilding(client: Client, id: number): Promise<Place | undefined> {
  const { geometry } = await client.entity<{ geometry?: GeoJSON.Polygon | GeoJSON.MultiPolygon }>("buildings", id);
  const rings = geometry?.type === "MultiPolygon" ? geometry.coordinates[0] : geometry?.coordinates;
  return rings?.[0] ? inside(rings[0] as unknown as Place[]) : undefined;
}
