import { themes } from "../model/address";
import { useKeys } from "../ui/useKeys";
import type { Town } from "../ui/useTown";

export interface ScreenActions {
  search(): void;
  layers(): void;
  help(): void;
  full(): void;
}

/** The keyboard of the screen; KeySheet lists it. */
export function useScreenKeys({ choice, selection, within, town, home, back }: Town, actions: ScreenActions): void {
  const floor = (by: 1 | -1) => (selection.opened.value ? selection.moveFloor(by) : false);
  const tilt = () => {
    const map = town.value;
    if (map) map.go({ ...map.camera, pitch: map.camera.pitch > 5 ? 0 : 48 });
  };
  useKeys({
    "/": () => actions.search(), l: () => actions.layers(), "?": () => actions.help(), f: () => actions.full(),
    escape: () => back(), h: () => home(), t: tilt, n: () => void (choice.mood = choice.mood === "dark" ? "light" : "dark"),
    r: () => within.begin("rectangle"), c: () => within.begin("circle"), p: () => within.begin("polygon"), b: () => within.begin("buffer"),
    enter: () => (within.drawing.value && !within.drawing.value.done ? within.finish() : false),
    arrowup: () => floor(1), arrowdown: () => floor(-1),
    ...Object.fromEntries(themes.map((theme, i) => [String(i + 1), () => void (choice.theme = theme)])),
  });
}
