import { computed, shallowRef, watch } from "vue";
import type { ComputedRef, ShallowRef } from "vue";

import type { Place } from "../api/types";
import type { TownMap } from "../map/town";
import type { Camera, Selection } from "../model/address";
import type { SelectionDesk } from "./useSelection";

/** An area that somebody came through, and how it was looked at. */
interface Passed {
  readonly chosen: Selection;
  readonly camera: Camera | undefined;
}

export interface Climb {
  /** How many areas one can climb back through. */
  readonly height: ComputedRef<number>;
  /** Chooses an area; if another is chosen, one can climb back to that. */
  descend(chosen: Selection, place?: Place): Promise<void>;
  /** Chooses the area before; false if there is none. */
  climb(): boolean;
}

/** Leads from area to area, and back the same way. Whatever else is chosen ends the way. */
export function useClimb(selection: Pick<SelectionDesk, "selection" | "select">, town: ShallowRef<TownMap | undefined>): Climb {
  const passed = shallowRef<readonly Passed[]>([]);
  watch(selection.selection, () => (passed.value = []), { flush: "sync" });

  /** Chooses at once, and reads then: what was passed is kept in between. */
  const choose = (chosen: Selection, place: Place | undefined, through: readonly Passed[]): Promise<void> => {
    const read = selection.select(chosen, place);
    passed.value = through;
    return read;
  };
  const descend = (chosen: Selection, place?: Place): Promise<void> => {
    const before = selection.selection.value;
    return choose(chosen, place, isArea(before) && before.key !== keyOf(chosen) ? [...passed.value, { chosen: before, camera: town.value?.camera }] : passed.value);
  };
  const climb = (): boolean => {
    const last = passed.value.at(-1);
    if (!last) return false;
    if (last.camera) town.value?.go(last.camera);
    void choose(last.chosen, last.chosen.kind === "thing" ? last.chosen.at : undefined, passed.value.slice(0, -1));
    return true;
  };
  return { height: computed(() => passed.value.length), descend, climb };
}

const keyOf = (chosen: Selection) => (chosen.kind === "thing" ? chosen.key : "");

function isArea(chosen: Selection | undefined): chosen is Selection & { readonly kind: "thing" } {
  return chosen?.kind === "thing" && chosen.of === "divisions";
}
