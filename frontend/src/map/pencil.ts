/** The hand that draws an area: click by click, or by dragging a rectangle or circle with mouse or finger. */
import type { MapMouseEvent, MapTouchEvent, Subscription } from "maplibre-gl";

import type { Place } from "../api/types";
import { back, begin, finish, put, shapeOf } from "../model/drawing";
import type { Drawing, Tool } from "../model/drawing";
import type { TownMap } from "./town";

/** Pixels that a hand moves while it means one place. */
const tremor = 6;

/** Draws until `stop`. `changed` hears each step; the last one is done. */
export class Pencil {
  private drawing: Drawing;
  private dragging = false;
  private readonly subscriptions: readonly Subscription[];

  constructor(private readonly town: TownMap, tool: Tool, radius: number, private readonly changed: (drawing: Drawing) => void) {
    this.drawing = begin(tool, radius);
    const { gl } = town;
    town.grab = (place) => this.take(place);
    gl.getCanvas().style.cursor = "crosshair";
    gl.doubleClickZoom.disable();
    if (this.spans) gl.dragPan.disable();
    this.subscriptions = [
      gl.on("mousedown", this.press), gl.on("mousemove", this.follow), gl.on("mouseup", this.release),
      gl.on("touchstart", this.press), gl.on("touchmove", this.follow), gl.on("touchend", this.release),
      gl.on("dblclick", this.endHere),
    ];
    this.show(this.drawing);
  }

  /** Ends a polygon or a buffer. */
  readonly end = (): void => this.show(finish(this.drawing));

  /** A double click that ends a drawing is not one that comes closer. */
  private readonly endHere = (event: MapMouseEvent): void => {
    event.preventDefault();
    this.end();
  };

  back(): void {
    this.show(back(this.drawing));
  }

  widen(radius: number): void {
    this.show({ ...this.drawing, radius });
  }

  /** Gives the map back. What was drawn stays on it until `clear`. */
  stop(): void {
    const { gl } = this.town;
    this.town.grab = undefined;
    gl.getCanvas().style.cursor = "";
    gl.doubleClickZoom.enable();
    gl.dragPan.enable();
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  clear(): void {
    this.town.fill("drawn", []);
  }

  private get spans(): boolean {
    return this.drawing.tool === "rectangle" || this.drawing.tool === "circle";
  }

  private take(place: Place): boolean {
    const { places, done } = this.drawing;
    // A tap is told again as a click, a pixel aside: it is not the second corner.
    const isAgain = this.spans && places[0] && !this.areApart(places[0], place);
    if (!done && !isAgain) this.show(put(this.drawing, place));
    return true;
  }

  /** Whether a hand has meant two places. */
  private areApart(a: Place, b: Place): boolean {
    return this.town.gl.project([...a]).dist(this.town.gl.project([...b])) > tremor;
  }

  private readonly press = (event: MapMouseEvent | MapTouchEvent): void => {
    if (!this.spans || this.drawing.places.length > 0) return;
    this.dragging = true;
    this.show(put(this.drawing, placeOf(event)));
  };

  private readonly follow = (event: MapMouseEvent | MapTouchEvent): void => {
    if (this.drawing.places.length > 0 && !this.drawing.done) this.town.fill("drawn", shapeOf(this.drawing, placeOf(event)));
  };

  private readonly release = (event: MapMouseEvent | MapTouchEvent): void => {
    if (!this.dragging) return;
    this.dragging = false;
    const first = this.drawing.places[0];
    const place = placeOf(event);
    if (first && this.areApart(first, place)) this.show(put(this.drawing, place));
  };

  private show(drawing: Drawing): void {
    this.drawing = drawing;
    this.town.fill("drawn", shapeOf(drawing));
    this.changed(drawing);
    if (drawing.done) this.stop();
  }
}

function placeOf({ lngLat }: MapMouseEvent | MapTouchEvent): Place {
  return [lngLat.lng, lngLat.lat];
}
