/**
 * How long to wait before the nth attempt to connect again, in milliseconds:
 * doubling from half a second to 20 s, and by chance anywhere in the upper half,
 * so that a server that restarts is not met by all screens at once.
 *
 * @param attempt 0 for the first
 * @param chance from 0 to 1
 */
export function backoff(attempt: number, chance: number): number {
  const ceiling = Math.min(20_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.5 + chance / 2));
}
