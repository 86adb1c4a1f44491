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
