import { computed, inject, onScopeDispose, provide, ref, shallowRef, watch } from "vue";
import type { InjectionKey, ShallowRef } from "vue";

import { Client } from "../api/client";
import type { ServerFrame } from "../api/frames";
import type { Envelope, Place } from "../api/types";
import { tileSets } from "../map/style";
import { TownMap } from "../map/town";
import { readAddress, writeAddress } from "../model/address";
import { clock } from "../model/format";
import type { Camera } from "../model/address";
import { gridStates } from "../model/incident";
import { meets, union } from "../model/measure";
import { applyPositions } from "../model/patrol";
import type { Patrol } from "../model/patrol";
import { seesMap } from "../model/sections";
import { gridsOf, useAreas } from "./useAreas";
import { useBack } from "./useBack";
import { useClock } from "./useClock";
import { useFreshness } from "./useFreshness";
import { useFeed } from "./useFeed";
import { useGuide } from "./useGuide";
import { useIncidents } from "./useIncidents";
import { useMapView } from "./useMapView";
import { useScene } from "./useScene";
import { allows, useSession } from "./useSession";
import { useSelection } from "./useSelection";
import { useWithin } from "./useWithin";
import { useWords } from "./useWords";

export interface PageKind {
  /** Pixels that a finger or a pointer may miss a mark by. */
  readonly reach: number;
  /** Turn and tilt of the first view. */
  readonly bearing: number;
  readonly pitch: number;
  /** How much closer than the whole area it is, as a zoom. */
  readonly closer: number;
}

const wholeCity: Camera = { lon: 107.8, lat: 30.05, zoom: 6.8, bearing: 0, pitch: 0 };

/** Everything that both entries share: data, map, choice. One for each page. */
function createTown(kind: PageKind) {
  const words = useWords();
  const client = new Client();
  const session = useSession(client);
  const now = useClock();
  const address = readAddress(location.hash);
  const town: ShallowRef<TownMap | undefined> = shallowRef();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.webdriver;
  const pointer = ref<Place>();
  const frame = ref<{ camera: Camera; metresPerPixel: number }>();
  const trouble = ref(0);

  const { choice, k } = useScene(address);
  const areas = useAreas(client);
  const selection = useSelection(client);
  const changed = useFreshness(selection);
  const within = useWithin(client, () => town.value);
  const incidents = useIncidents(client, now, () => session.may("see-events"));
  const { feed, patrol, ready } = useNews(areas, incidents, town, {
    signedOut: session.leave, changed,
    anew() {
      void session.read(); // a post may have come or gone
      void selection.refresh();
      if (within.reply.value) void within.again();
    },
  });
  const guide = useGuide({ client, town, areas, incidents, selection, address, ready, bearing: kind.bearing, pitch: kind.pitch, closer: kind.closer });

  // What failed while the connection was cut, or the server had no news itself, comes back with it.
  watch([feed.renewed, () => feed.heldAt.value === 0], () => {
    if (selection.state.value === "failed") void selection.again();
    if (within.state.value === "failed") void within.again();
    if (incidents.state.value === "failed") void incidents.load();
    if (areas.state.value === "failed") void areas.load();
  });

  /** Whether this viewer has a post that sees events; taken to be so until it is known. */
  const seesEvents = computed(() => allows(session.rights.value ?? "all", "see-events"));
  watch(seesEvents, () => void incidents.load()); // a post came or went
  /** Whoever is signed in has no post on the map. */
  const isOutside = computed(() => session.who.value !== undefined && !seesMap(session.who.value.rights));
  /** What to say of figures that the feed no longer moves; undefined while it does. */
  const heldAt = computed(() => feed.lostAt.value || feed.heldAt.value);
  const stale = computed(() => (heldAt.value ? words.say("today.stale", { at: clock(heldAt.value) }) : undefined));
  /** What the screen is titled by, the area of one's own post, and what its numbers are of, which may be a part; undefined until it is known. */
  const title = computed(() => areas.focus.value && (areas.focus.value.over.name || words.say("app.everything")));
  const counted = computed(() => areas.focus.value && (areas.focus.value.name || words.say("app.everything")));
  /** What the one area is called that the server holds; empty if it holds everything, or until that is known. */
  const held = computed(() => areas.holds.value?.name || areas.holds.value?.code || "");
  /** Where the map looked when it was moved last. */
  const seen = shallowRef<{ readonly camera: Camera; readonly view: Envelope }>();
  /** All of that lies beyond what the server holds, where nothing is shown. */
  const isBeyond = computed(() => {
    const box = areas.holds.value?.envelope;
    return box !== undefined && seen.value !== undefined && !meets(box, seen.value.view);
  });
  const grids = computed(() => gridsOf(new Map([...areas.learned.value, ...areas.divisions.value])));
  const redGrids = computed(() => [...gridStates(incidents.open.value, now.value)].filter(([, state]) => state === "red").map(([code]) => code).sort());
  const markOf = computed(() => (category: string) => {
    const known = incidents.categories.value.get(category);
    return (words.isChinese.value ? known?.mark : known?.short) ?? "·";
  });
  // Equal lists make equal scenes, so that a clock's tick does not dress the map anew.
  const tellsEvents = computed(() => (choice.theme === "map" || choice.theme === "workers") && !choice.hidden.includes("events"));
  const redKey = computed(() => (tellsEvents.value ? redGrids.value.join() : ""));
  const scene = computed(() => ({
    mood: choice.mood, k: k.value, theme: choice.theme, hidden: choice.hidden,
    houses: {
      focus: areas.focus.value?.code ?? "", redGrids: redKey.value ? redKey.value.split(",") : [],
      ...(selection.opened.value ? { opened: selection.opened.value.sheet.id } : {}),
    },
  }));

  /** A link that is pasted over the page's own shows what it names. */
  const follow = (hash: string): void => {
    const link = readAddress(hash);
    Object.assign(choice, { theme: link.theme, hidden: [...link.hidden] });
    if (link.camera) town.value?.go(link.camera);
    if (link.selection) void guide.restore(link);
    else selection.clear();
  };

  /** What lies open above the map, one of them at a time. */
  const panel = ref<"layers" | "draw" | "help">();
  /** Which lies above the other where both are there: what came last. */
  const uppermost = ref<"drawing" | "selection">("selection");
  watch(selection.selection, (chosen) => chosen && (uppermost.value = "selection"), { flush: "sync" });
  watch(() => within.drawing.value !== undefined, (draws) => draws && (uppermost.value = "drawing"), { flush: "sync" });
  watch(() => selection.opened.value?.sheet.id, (opened) => opened !== undefined && (uppermost.value = "selection"), { flush: "sync" });
  /** The drawn area is what is looked at: nothing was chosen since. */
  const showsDrawn = computed(() => within.drawing.value?.done === true && (uppermost.value === "drawing" || !selection.selection.value));
  /** Closes the uppermost of what is open, by Escape or Back. */
  const back = (): void => {
    if (panel.value && panel.value !== "draw") panel.value = undefined;
    else if (within.drawing.value && (uppermost.value === "drawing" || !selection.selection.value)) within.clear();
    else if (panel.value && !(selection.selection.value && uppermost.value === "selection")) panel.value = undefined;
    else if (selection.opened.value) guide.backFromBuilding();
    else if (!guide.climb()) selection.back();
  };
  useBack({
    depth: computed(() => Number(panel.value !== undefined) + Number(within.drawing.value !== undefined) + selection.depth.value + guide.height.value),
    back,
    pasted: follow,
    write: () => town.value && remember(town.value.camera),
  });

  const remember = (camera: Camera) => {
    // Until the map knows where it begins, where it waits is nobody's choice.
    const placed = address.camera !== undefined || areas.focus.value !== undefined;
    const chosen = selection.selection.value;
    const floor = selection.floor.value;
    const hash = writeAddress({
      theme: choice.theme, hidden: choice.hidden, ...(placed ? { camera } : {}),
      ...(chosen ? { selection: chosen } : {}), ...(floor !== undefined ? { floor } : {}),
    });
    history.replaceState(history.state ?? { depth: 0 }, "", hash || location.pathname);
  };
  /** The feed tells of the whole area, wherever in it the camera is: so does the list of events. */
  const look = (): void => {
    const focus = areas.focus.value?.envelope;
    if (!seen.value) return;
    const { camera, view } = seen.value;
    feed.look({ envelope: clamp(focus ? union(view, focus) : view), zoom: camera.zoom });
  };
  watch(areas.focus, look);
  const moved = (camera: Camera, view: Envelope) => {
    seen.value = { camera, view };
    look();
    remember(camera);
  };

  /** Puts the map into an element, for as long as the scope lives. */
  const attach = (container: HTMLElement): void => {
    const map = new TownMap({
      container, scene: scene.value, camera: address.camera ?? wholeCity, reach: kind.reach, still,
      fetchTile: (tile, signal) => feed.tiles.fetch(tile, signal),
      listener: {
        moved,
        tapped: (what) => void guide.tapped(what),
        pointed: (place) => (pointer.value = place),
        framed: (camera, metresPerPixel) => (frame.value = { camera, metresPerPixel }),
        failed(why) {
          console.error(why); // the screen says only that something failed
          trouble.value = Date.now();
        },
      },
    });
    town.value = map;
    useMapView(map, { scene, areas, incidents, patrol, selection, grids, markOf, now, still });
    watch([() => choice.theme, () => choice.hidden, selection.selection, within.drawing, selection.floor], () => remember(map.camera), { flush: "post" });
    watch(areas.focus, () => !address.camera && guide.home(), { once: true });
    onScopeDispose(() => map.remove());
  };

  return { client, session, isOutside, now, choice, k, town, pointer, frame, trouble, areas, incidents, seesEvents, patrol, feed, selection, within, grids, redGrids, markOf, stale, title, counted, held, isBeyond, panel, uppermost, showsDrawn, back, attach, ...guide };
}

/** Who hears of what concerns neither areas nor events. */
interface Hearer {
  signedOut(): void;
  /** Something in view has changed, or in areas of these codes. */
  changed(codes?: readonly string[]): void;
  /** What may be seen, or all of it, is other than it was. */
  anew(): void;
}

/** What the feed tells, handed to those whom it concerns; ready when what the page begins with was read. */
function useNews(areas: ReturnType<typeof useAreas>, incidents: ReturnType<typeof useIncidents>, town: ShallowRef<TownMap | undefined>, hears: Hearer) {
  const patrol = shallowRef<Patrol>(new Map());
  const isReady = computed(() => incidents.state.value === "ready" && areas.state.value === "ready");
  const ready = new Promise<void>((resolve) => watch(isReady, (is) => is && resolve()));
  const state = (frame: ServerFrame) => {
    if (frame.op !== "state" || !("items" in frame)) return;
    const items = frame.items as readonly Readonly<Record<string, unknown>>[];
    if (frame.topic === "workers") patrol.value = applyPositions(patrol.value, items, Date.now());
    if (frame.topic === "counters") {
      areas.count(items);
      hears.changed(items.map(({ code }) => String(code)));
    }
  };
  const feed = useFeed(Object.keys(tileSets), {
    frame(frame) {
      incidents.apply(frame);
      state(frame);
    },
    stale(layers, tiles) {
      town.value?.refresh(layers, tiles);
      if (layers === "divisions") areas.reloadSoon();
      hears.changed();
    },
    forget() {
      incidents.forget();
      patrol.value = new Map(); // who is out of sight now is told of nowhere
      hears.anew();
    },
    read() {
      void incidents.load();
      void areas.load();
      if (feed.renewed.value > 1) town.value?.refreshAll();
    },
    reach: () => void incidents.load(),
    signedOut: hears.signedOut,
  });
  return { feed, patrol, ready };
}

function clamp([west, south, east, north]: Envelope): Envelope {
  return [Math.max(-180, west), Math.max(-85, south), Math.min(180, east), Math.min(85, north)];
}

export type Town = ReturnType<typeof createTown>;

const key: InjectionKey<Town> = Symbol("town");

/** Makes the town of a page, for it and everything on it. */
export function provideTown(kind: PageKind): Town {
  const town = createTown(kind);
  provide(key, town);
  return town;
}

/** What the page that this component is on shares. */
export function useTown(): Town {
  const town = inject(key);
  if (!town) throw new Error("provideTown was not called");
  return town;
}
