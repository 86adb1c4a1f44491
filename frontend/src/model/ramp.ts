/** Choropleths: which number of a division is shown, and in which of five steps. */

export interface Measure {
  /** The counter that is shown. */
  readonly counter: string;
  /** Lower limits of the second to the fifth step. */
  readonly limits: readonly [number, number, number, number];
}

/** Households per grid, with the norm of 300 to 500 as limits. */
export const households: Measure = { counter: "households", limits: [200, 300, 400, 500] };

/** The step from 0 to 4 that a number belongs to. */
export function stepOf(value: number, limits: Measure["limits"]): number {
  return limits.filter((limit) => value >= limit).length;
}
