/**
 * Images of the marks, drawn on a canvas when the map first asks for them. Their
 * names say what is on them: `mark/red/火`, `disc/12/1/2`, `dot/green`.
 */
import type { Map as GLMap } from "maplibre-gl";

import type { Tone } from "../model/incident";
import { discSize, letterSize, markBox, ringOf, shapeOfTone } from "../model/mark";
import type { Palette } from "./palette";

const words = "'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
const figures = "Barlow, sans-serif";

type Pen = CanvasRenderingContext2D;

/** Answers the map's questions for images. `sharpness` is device pixels a pixel. */
export function stampOnDemand(map: GLMap, palette: () => Palette, sharpness: number): void {
  map.setMissingStyleImageResolver((id) => {
    const drawn = draw(id, palette(), sharpness);
    if (drawn && !map.hasImage(id)) map.addImage(id, drawn, { pixelRatio: sharpness });
  });
}

/** Draws the image of that name; undefined if the name means nothing. */
export function draw(id: string, palette: Palette, sharpness: number): ImageData | undefined {
  const [kind = "", a = "", b = "", c = ""] = id.split("/");
  switch (kind) {
    case "mark": return onCanvas(markBox.width + 4, markBox.height, sharpness, (pen) => mark(pen, palette, a as Tone, b));
    case "dot": return onCanvas(16, 16, sharpness, (pen) => dot(pen, palette, a as Tone));
    case "disc": return onCanvas(62, 62, sharpness, (pen) => disc(pen, palette, Number(a), Number(b), Number(c)));
    case "place": return onCanvas(30, 30, sharpness, (pen) => place(pen, palette, a));
    case "worker": return onCanvas(18, 18, sharpness, (pen) => worker(pen, palette));
    case "camera": return onCanvas(96, 96, sharpness, (pen) => camera(pen, palette, Number(a)));
    case "thing": return onCanvas(18, 18, sharpness, (pen) => thing(pen, palette, a));
  }
  return undefined;
}

function onCanvas(width: number, height: number, sharpness: number, paint: (pen: Pen) => void): ImageData | undefined {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * sharpness);
  canvas.height = Math.round(height * sharpness);
  const pen = canvas.getContext("2d");
  if (!pen) return undefined;
  pen.scale(sharpness, sharpness);
  paint(pen);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function mark(pen: Pen, palette: Palette, tone: Tone, text: string): void {
  const shape = shapeOfTone(tone);
  const { fill, ink } = palette.marks[tone === "closed" ? "green" : tone];
  pen.translate(2, 2);
  const outline = new Path2D(shape.path);
  ringed(pen, outline, fill, palette.halo);
  write(pen, text, shape.middle, `700 ${letterSize(shape, text)}px ${words}`, ink);
}

function ringed(pen: Pen, outline: Path2D, fill: string, halo: string): void {
  pen.lineJoin = "round";
  pen.lineWidth = 4;
  pen.strokeStyle = halo;
  pen.stroke(outline);
  pen.fillStyle = fill;
  pen.fill(outline);
}

function write(pen: Pen, text: string, [x, y]: readonly [number, number], font: string, colour: string): void {
  pen.font = font;
  pen.fillStyle = colour;
  pen.textAlign = "center";
  pen.textBaseline = "alphabetic";
  const { actualBoundingBoxAscent: up, actualBoundingBoxDescent: down } = pen.measureText(text);
  pen.fillText(text, x, y + (up - down) / 2);
}

function circle(pen: Pen, x: number, y: number, radius: number): Path2D {
  const path = new Path2D();
  path.arc(x, y, radius, 0, 2 * Math.PI);
  pen.beginPath();
  return path;
}

function dot(pen: Pen, palette: Palette, tone: Tone): void {
  if (tone !== "closed") return ringed(pen, circle(pen, 8, 8, 5.5), palette.marks[tone].fill, palette.halo);
  pen.lineWidth = 2;
  pen.strokeStyle = palette.closed;
  pen.stroke(circle(pen, 8, 8, 3));
}

function disc(pen: Pen, palette: Palette, count: number, red: number, amber: number): void {
  const radius = discSize(count) / 2;
  pen.fillStyle = palette.chip;
  pen.shadowColor = palette.halo;
  pen.shadowBlur = 6;
  pen.fill(circle(pen, 31, 31, radius));
  pen.shadowBlur = 0;
  pen.lineWidth = 4.6;
  for (const { tone, from, to } of ringOf(red, amber, count - red - amber)) {
    pen.beginPath();
    pen.arc(31, 31, radius - 4.5, (from - 0.25) * 2 * Math.PI, (to - 0.25) * 2 * Math.PI);
    pen.strokeStyle = palette.marks[tone].fill;
    pen.stroke();
  }
  write(pen, String(count), [31, 31], `600 17px ${figures}`, palette.chipText);
}

function place(pen: Pen, palette: Palette, text: string): void {
  ringed(pen, circle(pen, 15, 15, 11.5), palette.accent, palette.halo);
  write(pen, text, [15, 15], `600 13px ${words}`, palette.onAccent);
}

function worker(pen: Pen, palette: Palette): void {
  ringed(pen, circle(pen, 9, 9, 5.5), palette.selection.line, palette.halo);
  pen.fillStyle = palette.halo;
  pen.fill(circle(pen, 9, 9, 2));
}

function camera(pen: Pen, palette: Palette, view: number): void {
  const half = ((view || 57) / 360) * Math.PI;
  const cone = new Path2D();
  cone.moveTo(48, 48);
  cone.arc(48, 48, 42, -Math.PI / 2 - half, -Math.PI / 2 + half);
  cone.closePath();
  pen.globalAlpha = 0.22;
  pen.fillStyle = palette.selection.line;
  pen.fill(cone);
  pen.globalAlpha = 0.67;
  pen.lineWidth = 1;
  pen.strokeStyle = palette.selection.line;
  pen.stroke(cone);
  pen.globalAlpha = 1;
  const body = new Path2D();
  body.roundRect(43, 43, 10, 10, 2);
  ringed(pen, body, palette.selection.line, palette.halo);
}

/** A component or a device: a square if all is well, else by the shapes of state. */
function thing(pen: Pen, palette: Palette, state: string): void {
  const path = new Path2D();
  if (state === "intact" || state === "online") path.rect(6, 6, 6, 6);
  else if (state === "missing" || state === "alarm") path.addPath(new Path2D("M9 3l6 6-6 6-6-6z"));
  else path.roundRect(4.5, 4.5, 9, 9, 2);
  const fill = state === "intact" || state === "online" ? palette.text2 : state === "missing" || state === "alarm" ? palette.marks.red.fill : palette.marks.amber.fill;
  pen.lineWidth = 2;
  pen.strokeStyle = palette.halo;
  pen.stroke(path);
  pen.fillStyle = fill;
  pen.fill(path);
}
