import { onScopeDispose, shallowRef } from "vue";
import type { ShallowRef } from "vue";

import { hashOf, readRoute } from "../model/sections";
import type { Route, Section } from "../model/sections";

/** Where on the page somebody is: moved by links, Back and `go`, while the scope lives. */
export function useRoute(): { readonly route: ShallowRef<Route>; go(section: Section, key?: string | number): void } {
  const route = shallowRef<Route>(readRoute(location.hash));
  const read = () => (route.value = readRoute(location.hash));
  addEventListener("hashchange", read);
  onScopeDispose(() => removeEventListener("hashchange", read));
  return { route, go: (section, key = "") => (location.hash = hashOf(section, key)) };
}
