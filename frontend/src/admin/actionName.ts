/** What an action of the audit is called. */
import { partsOf } from "./useTrail";

/**
 * @param action such as people.unmask, or what actions begin with, such as people.
 * @param call looks a name up in the words of the page
 */
export function actionName(action: string, call: (prefix: string, name: string) => string): string {
  const whole = call("action", action);
  if (whole !== action) return whole;
  const { kind, verb } = partsOf(action);
  const things = call("trail", kind);
  const done = verb === "" ? "" : call("verb", verb);
  return [things === kind ? call("kind", kind) : things, done].filter(Boolean).join(" · ");
}

/** What a row of a person's file tells: what was done, of the record or of all in its home or household, or that it was tried only. */
export function accessName({ action, of, result }: { readonly action: string; readonly of: string; readonly result: string }, call: (prefix: string, name: string) => string): string {
  const { kind } = partsOf(action);
  const together = call("together", of);
  const deed = of === kind || together === of ? actionName(action, call) : together;
  return result === "ok" ? deed : `${call("tried", result)} · ${deed}`;
}
