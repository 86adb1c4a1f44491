/** Expressions that grow with the zoom. */
import type { ExpressionSpecification } from "maplibre-gl";

export type Stop = readonly [zoom: number, value: number];

/** Pixels that grow exponentially (base 1.6), times the wall's factor k. */
export function grow(k: number, ...stops: readonly Stop[]): ExpressionSpecification {
  return ["interpolate", ["exponential", 1.6], ["zoom"], ...stops.flatMap(([zoom, value]) => [zoom, value * k])] as ExpressionSpecification;
}

/** A value that changes evenly with the zoom. */
export function ease(...stops: readonly Stop[]): ExpressionSpecification {
  return ["interpolate", ["linear"], ["zoom"], ...stops.flat()] as ExpressionSpecification;
}

/** Chooses by a property; the last argument is for everything else. */
export function choose(property: string, values: Readonly<Record<string, string | number>>, otherwise: string | number): ExpressionSpecification {
  return ["match", ["get", property], ...Object.entries(values).flat(), otherwise] as unknown as ExpressionSpecification;
}

/** Growing pixels that differ by a property: for each class its stops, all at the same zooms. */
export function growBy(k: number, property: string, classes: Readonly<Record<string, readonly Stop[]>>, otherwise: string): ExpressionSpecification {
  const zooms = classes[otherwise]!.map(([zoom]) => zoom);
  const at = (i: number) => ["match", ["get", property],
    ...Object.entries(classes).filter(([name]) => name !== otherwise).flatMap(([name, stops]) => [name, stops[i]![1] * k]),
    classes[otherwise]![i]![1] * k];
  return ["interpolate", ["exponential", 1.6], ["zoom"], ...zooms.flatMap((zoom, i) => [zoom, at(i)])] as unknown as ExpressionSpecification;
}
