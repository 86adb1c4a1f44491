/**
 * States of features that are in tiles, set without reading a tile again: grids
 * in trouble, steps of the choropleth, what is selected. Feature ids are the
 * server's entity ids.
 */
import type { Map as GLMap } from "maplibre-gl";

export type Layer = "divisions" | "division_labels" | "buildings" | "stack";
export type StateName = "state" | "step" | "selected" | "hover";
type Value = string | number | boolean;

export class FeatureStates {
  private readonly held = new Map<string, { layer: Layer; name: StateName; values: ReadonlyMap<number, Value> }>();

  constructor(private readonly map: GLMap) {}

  /** Makes these the only features of the layer that have this state. */
  set(layer: Layer, name: StateName, values: ReadonlyMap<number, Value>): void {
    const before = this.held.get(`${layer}.${name}`)?.values ?? new Map<number, Value>();
    this.held.set(`${layer}.${name}`, { layer, name, values });
    if (!this.map.getSource(sourceOf(layer))) return;
    for (const id of before.keys()) if (!values.has(id)) this.map.removeFeatureState(target(layer, id), name);
    for (const [id, value] of values) if (before.get(id) !== value) this.map.setFeatureState(target(layer, id), { [name]: value });
  }

  /** Sets all of them again after the style was wiped. */
  again(): void {
    for (const { layer, name, values } of this.held.values()) {
      for (const [id, value] of values) this.map.setFeatureState(target(layer, id), { [name]: value });
    }
  }
}

function target(layer: Layer, id: number): { source: string; sourceLayer?: string; id: number } {
  if (layer === "stack") return { source: layer, id };
  return { source: sourceOf(layer), sourceLayer: layer, id };
}

function sourceOf(layer: Layer): string {
  return layer === "division_labels" ? "divisions" : layer;
}
