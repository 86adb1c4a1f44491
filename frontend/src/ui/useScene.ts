import { onScopeDispose, reactive, ref, watch, watchEffect } from "vue";
import type { Ref } from "vue";

import type { Mood } from "../map/palette";
import type { Address, Overlay, Theme } from "../model/address";

export interface SceneChoice {
  mood: Mood;
  theme: Theme;
  hidden: Overlay[];
}

const remembered = "quanxi.mood";

/** The mood that was chosen last; before a choice, as the device prefers. */
export function usualMood(): Mood {
  const stored = localStorage.getItem(remembered);
  if (stored === "light" || stored === "dark") return stored;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** What the user chose to see, and how: kept over visits, and on the document for the style sheet. */
export function useScene(address: Address): { choice: SceneChoice; k: Readonly<Ref<number>> } {
  const choice: SceneChoice = reactive({ mood: usualMood(), theme: address.theme, hidden: [...address.hidden] });
  watchEffect(() => (document.documentElement.dataset.theme = choice.mood));
  watch(() => choice.mood, (chosen) => localStorage.setItem(remembered, chosen));
  return { choice, k: useWallFactor() };
}

/** How much larger than at 1080p everything on the map is; never smaller. */
function useWallFactor(): Readonly<Ref<number>> {
  const factor = () => Math.max(1, Math.min(innerWidth / 1920, innerHeight / 1080));
  const k = ref(factor());
  const measure = () => (k.value = factor());
  addEventListener("resize", measure);
  onScopeDispose(() => removeEventListener("resize", measure));
  return k;
}

/** Shows or hides an overlay. */
export function toggle(choice: SceneChoice, overlay: Overlay): void {
  choice.hidden = choice.hidden.includes(overlay) ? choice.hidden.filter((other) => other !== overlay) : [...choice.hidden, overlay];
}
