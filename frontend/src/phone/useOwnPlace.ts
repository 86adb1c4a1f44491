import { onScopeDispose, ref } from "vue";
import type { Ref } from "vue";

import type { Town } from "../ui/useTown";

/** One's own place: asked for once by a press, then followed. Browsers give WGS 84, and none without HTTPS. */
export function useOwnPlace({ town }: Town): { following: Ref<boolean>; refused: Ref<boolean>; locate(): void } {
  const following = ref(false);
  const refused = ref(false);
  let watching: number | undefined;

  const found = ({ coords }: GeolocationPosition): void => {
    const { longitude: lon, latitude: lat } = coords;
    town.value?.fill("own", [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [lon, lat] } }]);
    if (!following.value) town.value?.go({ lon, lat, zoom: Math.max(16, town.value.camera.zoom) });
    following.value = true;
    refused.value = false;
  };
  const fail = (): void => {
    following.value = false;
    refused.value = true;
  };
  const locate = (): void => {
    following.value = false;
    if (!("geolocation" in navigator) || !isSecureContext) return fail();
    if (watching !== undefined) navigator.geolocation.clearWatch(watching);
    watching = navigator.geolocation.watchPosition(found, fail, { enableHighAccuracy: true, maximumAge: 5000 });
  };
  onScopeDispose(() => watching !== undefined && navigator.geolocation.clearWatch(watching));
  return { following, refused, locate };
}
