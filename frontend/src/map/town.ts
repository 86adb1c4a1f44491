/**
 * The one map object of a page. It is told what to show and tells what was
 * tapped and where the camera went; it knows nothing of panels or of the server.
 */
import { LngLatBounds, Map as GLMap, setWorkerUrl } from "maplibre-gl";
import type { GeoJSONSource } from "maplibre-gl";
import workerURL from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import type { Envelope, Place } from "../api/types";
import type { Camera, Overlay, Theme } from "../model/address";
import { distance, envelopeOf, moved } from "../model/measure";
import { dress } from "./dress";
import { FeatureStates } from "./states";
import { palettes } from "./palette";
import type { Mood } from "./palette";
import { pick } from "./pick";
import type { Tapped } from "./pick";
import { serveTiles } from "./protocol";
import type { FetchTile } from "./protocol";
import { Refresher } from "./refresh";
import type { TileCell } from "./refresh";
import { draw, stampOnDemand } from "./stamps";
import { styleOf, tileSets } from "./style";
import type { HouseView } from "./houses";

/** Everything that decides how the map looks, apart from live data. */
export interface Scene {
  readonly mood: Mood;
  readonly k: number;
  readonly theme: Theme;
  readonly hidden: readonly Overlay[];
  readonly houses: HouseView;
}

export interface TownListener {
  tapped(what: Tapped, place: Place): void;
  /** The camera stands still after a movement. */
  moved(camera: Camera, view: Envelope): void;
  /** The camera moves, or the pointer does; `place` is undefined off the map. */
  pointed(place: Place | undefined): void;
  framed(camera: Camera, metresPerPixel: number): void;
  failed(why: Error): void;
}

export interface TownOptions {
  readonly container: HTMLElement;
  readonly scene: Scene;
  readonly camera: Camera;
  readonly fetchTile: FetchTile;
  readonly listener: TownListener;
  /** Pixels that a finger may miss a mark by. */
  readonly reach: number;
  /** No flights and no walking: the user asked for less motion, or a test is looking. */
  readonly still: boolean;
}

export interface Framing {
  readonly bearing?: number;
  readonly pitch?: number;
  /** Pixels left free on all sides. */
  readonly padding?: number;
  readonly closer?: number;
  readonly towards?: Place;
  /** A zoom that is not missed by little. */
  readonly reach?: number;
}

export type OwnSource = "veil" | "state-labels" | "walkers" | "burning" | "calm" | "stack" | "drawn" | "chosen" | "own";

/** What MapLibre says went wrong, and with which tile if it was one. */
interface Failure {
  readonly error: { readonly name?: string; readonly message: string };
  readonly sourceId?: string;
  readonly tile?: { readonly tileID: { readonly canonical: TileCell } };
}

const flight = 800;
/** A zoom that is missed by less is taken: at most a quarter of each side is out of view then. */
const little = 0.7;
const roundEarth = 40_075_016.686; // metres

export class TownMap {
  /** For the other files of this folder. */
  readonly gl: GLMap;
  readonly states: FeatureStates;
  /** Takes taps before they select; returns true to keep one for itself. */
  grab: ((place: Place) => boolean) | undefined;

  private scene: Scene;
  private readonly waiting = new Map<OwnSource, GeoJSON.FeatureCollection>();
  private readonly stopServing: () => void;
  private readonly refresher: Refresher;
  private loaded = false;

  constructor(private readonly options: TownOptions) {
    this.scene = options.scene;
    this.stopServing = serveTiles(options.fetchTile);
    setWorkerUrl(new URL(workerURL, document.baseURI).href);
    const { lon, lat, zoom, bearing, pitch } = options.camera;
    this.gl = new GLMap({
      container: options.container, style: this.style(), center: [lon, lat], zoom, bearing, pitch,
      maxPitch: 70, minZoom: 4, maxZoom: 20.5, attributionControl: false, fadeDuration: 0,
      // Stale tiles hide in the cache of those out of view (measured), and tiles split
      // below a source's last zoom are not known by the address that the server tells.
      maxTileCacheSize: 0, zoomLevelsToOverscale: 20, refreshExpiredTiles: false, validateStyle: import.meta.env.DEV,
      localIdeographFontFamily: "'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif",
      dragRotate: true, canvasContextAttributes: { antialias: true },
    });
    this.states = new FeatureStates(this.gl);
    this.refresher = new Refresher(this.gl);
    stampOnDemand(this.gl, () => palettes[this.scene.mood], sharpness());
    this.listen();
  }

  /** Shows a scene; only what differs is changed. */
  show(scene: Scene): void {
    const mood = this.scene.mood !== scene.mood;
    this.scene = scene;
    if (!this.loaded) return;
    this.gl.setStyle(this.style(), { diff: true, validate: false, transformStyle: (before, after) => ({ ...after, sources: before?.sources ?? after.sources }) });
    if (mood) this.redraw();
  }

  /** Replaces what a source of the page's own shows. */
  fill(source: OwnSource, features: readonly GeoJSON.Feature[]): void {
    const data: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [...features] };
    const held = this.loaded ? this.gl.getSource<GeoJSONSource>(source) : undefined;
    if (held) held.setData(data);
    else this.waiting.set(source, data);
  }

  /** Reads tiles again: those named, or all of the layer set. */
  refresh(layers: string, tiles?: readonly TileCell[]): void {
    if (layers in tileSets) this.refresher.refresh(layers, tiles ?? "all");
  }

  refreshAll(): void {
    for (const layers of Object.keys(tileSets)) this.refresh(layers);
  }

  /** Flies, or jumps where flights are not wanted. */
  go(camera: Partial<Camera> & { lon: number; lat: number }): void {
    const { lon, lat, ...rest } = camera;
    const to = { center: [lon, lat] as [number, number], ...rest };
    if (this.options.still) this.gl.jumpTo(to);
    else this.gl.flyTo({ ...to, duration: flight, maxDuration: flight });
  }

  /** Shows the whole of an envelope, or comes `closer` by some zoom `towards` where most of it happens. */
  frame([west, south, east, north]: Envelope, how: Framing = {}): void {
    const { padding = 40, closer = 0, towards, reach = 0, ...turn } = how;
    const bounds = new LngLatBounds([west, south], [east, north]);
    const camera = this.gl.cameraForBounds(bounds, { padding, bearing: turn.bearing ?? this.gl.getBearing() });
    if (!camera?.center) return;
    const { lng, lat } = camera.center as { lng: number; lat: number };
    const [lon, middle] = towards ? [(lng + towards[0]) / 2, (lat + towards[1]) / 2] : [lng, lat];
    const zoom = Math.min(18, (camera.zoom ?? 14) + closer);
    this.go({ lon, lat: middle, zoom: reach - zoom < little ? Math.max(reach, zoom) : zoom, ...turn });
  }

  /** Looks at something tall, so that it fills the upper two thirds. Metres and degrees. */
  stand(footprint: readonly Place[], height: number, bearing: number): void {
    const box = envelopeOf(footprint);
    if (!box) return;
    const foot: Place = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    const tilt = Math.PI / 3;
    const turn = (bearing * Math.PI) / 180;
    // What stands at this height is seen in front of the ground this far behind it.
    const behind = 0.4 * height * Math.tan(tilt);
    const [lon, lat] = moved(foot, behind * Math.sin(turn), behind * Math.cos(turn));
    const wide = distance([box[0], box[1]], [box[2], box[3]]);
    const canvas = this.gl.getCanvas();
    const perPixel = Math.max((height * Math.sin(tilt)) / (0.4 * canvas.clientHeight), wide / (0.4 * canvas.clientWidth));
    const zoom = Math.log2((roundEarth * Math.cos((lat * Math.PI) / 180)) / (512 * perPixel));
    this.go({ lon, lat, zoom: Math.min(20, zoom), bearing, pitch: 60 });
  }

  /** Keeps part of the canvas free: a panel or a sheet lies over it. Pixels. */
  cover(padding: { top?: number; right?: number; bottom?: number; left?: number }): void {
    this.gl.easeTo({ padding: { top: 0, right: 0, bottom: 0, left: 0, ...padding }, duration: this.options.still ? 0 : 240 });
  }

  get camera(): Camera {
    const { lng: lon, lat } = this.gl.getCenter();
    return { lon, lat, zoom: this.gl.getZoom(), bearing: this.gl.getBearing(), pitch: this.gl.getPitch() };
  }

  resize(): void {
    this.gl.resize();
  }

  remove(): void {
    this.stopServing();
    this.refresher.stop();
    this.gl.remove();
  }

  private style() {
    return dress(styleOf(this.scene), this.scene);
  }

  private listen(): void {
    const { listener, reach } = this.options;
    this.gl.on("style.load", () => this.begin());
    this.gl.on("click", ({ point, lngLat }) => {
      const place: Place = [lngLat.lng, lngLat.lat];
      if (!this.grab?.(place)) listener.tapped(pick(this.gl, point, place, reach), place);
    });
    this.gl.on("mousemove", ({ lngLat }) => listener.pointed([lngLat.lng, lngLat.lat]));
    this.gl.on("mouseout", () => listener.pointed(undefined));
    this.gl.on("move", () => listener.framed(this.camera, this.metresPerPixel()));
    this.gl.on("moveend", () => listener.moved(this.camera, this.envelope()));
    this.gl.on("error", (event) => this.failed(event));
    // What a test waits for: all is loaded and drawn. Until something else is asked for.
    this.gl.on("idle", () => this.options.container.setAttribute("data-idle", ""));
    this.gl.on("sourcedataloading", ({ sourceDataType, sourceId }) => {
      if (sourceDataType !== "metadata" && sourceId in tileSets) this.options.container.removeAttribute("data-idle");
    });
  }

  private failed({ error, sourceId, tile }: Failure): void {
    if (error.name === "AbortError") return;
    const cell = tile?.tileID.canonical;
    if (!cell || sourceId === undefined || !(sourceId in tileSets)) return this.options.listener.failed(new Error(error.message));
    // A tile that is read again when the style changes: MapLibre asks a worker for it that
    // does not have it yet (measured in 6.0). Nothing was lost, and it is read once more.
    if (error.message.startsWith("Should not be trying to reload")) return this.refresher.refresh(sourceId, [cell]);
    this.refresher.retry(sourceId, cell);
    this.options.listener.failed(new Error(error.message));
  }

  private begin(): void {
    this.loaded = true;
    for (const [source, data] of this.waiting) this.gl.getSource<GeoJSONSource>(source)?.setData(data);
    this.waiting.clear();
    this.states.again();
    const { listener } = this.options;
    listener.framed(this.camera, this.metresPerPixel());
    listener.moved(this.camera, this.envelope());
  }

  /** Draws all marks again in the colours of the new mood. */
  private redraw(): void {
    for (const id of this.gl.listImages()) {
      const image = draw(id, palettes[this.scene.mood], sharpness());
      if (image) this.gl.updateImage(id, image);
    }
  }

  private envelope(): Envelope {
    const bounds = this.gl.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  private metresPerPixel(): number {
    const { lat } = this.gl.getCenter();
    return (roundEarth * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** this.gl.getZoom());
  }
}

function sharpness(): number {
  return Math.max(2, Math.ceil(window.devicePixelRatio || 1));
}
