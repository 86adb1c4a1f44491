/** Numbers, distances and clocks as they stand on the screen. */

/** 66,004 */
export function count(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}

/** 62 m, 1.2 km */
export function metres(m: number): string {
  if (m < 995) return `${Math.round(m)} m`;
  return m < 9950 ? `${(m / 1000).toFixed(1)} km` : `${count(m / 1000)} km`;
}

/** 840 m², 1.2 ha, 5.98 km² */
export function squareMetres(m2: number): string {
  if (m2 < 10_000) return `${count(m2)} m²`;
  return m2 < 1_000_000 ? `${(m2 / 10_000).toFixed(1)} ha` : `${(m2 / 1_000_000).toFixed(2)} km²`;
}

/** Hours and minutes of a span of milliseconds, never negative: 0:18, 26:05. */
export function span(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
}

/** Minutes and seconds since an alarm: 04:12; from an hour on hours and minutes: 1:04. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 3600 ? `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}` : span(ms);
}

/** 21:06 of today; 11-08 21:06 of this year, for the day alone misleads around midnight; 2024-11-08 before. */
export function moment(at: number, now: number): string {
  const then = new Date(at);
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) return clock(at);
  const day = `${two(then.getMonth() + 1)}-${two(then.getDate())}`;
  return then.getFullYear() === today.getFullYear() ? `${day} ${clock(at)}` : `${then.getFullYear()}-${day}`;
}

/** 21:06 */
export function clock(at: number): string {
  const then = new Date(at);
  return `${two(then.getHours())}:${two(then.getMinutes())}`;
}

/** 21:06:47 */
export function clockWithSeconds(at: number): string {
  return `${clock(at)}:${two(new Date(at).getSeconds())}`;
}

/** 106.50123, 29.56001: about a metre. */
export function degrees(lon: number, lat: number): string {
  return `${lon.toFixed(5)}, ${lat.toFixed(5)}`;
}

/** The nearest of the eight winds, 0 for north, clockwise. */
export function wind(bearing: number): number {
  return Math.round((((bearing % 360) + 360) % 360) / 45) % 8;
}

/** The largest round length in metres that is drawn no longer than `pixels`, and how long. */
export function scaleBar(metresPerPixel: number, pixels: number): { metres: number; pixels: number } {
  const most = metresPerPixel * pixels;
  const power = 10 ** Math.floor(Math.log10(most));
  const round = [5, 2, 1].map((step) => step * power).find((step) => step <= most) ?? power;
  return { metres: round, pixels: round / metresPerPixel };
}

/** Whole years since a date such as 1934-01-06; since a year alone, 1934, those that somebody has lived by the end of this one. */
export function yearsSince(date: string, now: number): number {
  if (date.length === 4) return new Date(now).getFullYear() - Number(date);
  const born = new Date(`${date}T00:00:00`);
  const today = new Date(now);
  const early = today.getMonth() < born.getMonth() || (today.getMonth() === born.getMonth() && today.getDate() < born.getDate());
  return today.getFullYear() - born.getFullYear() - (early ? 1 : 0);
}

/** The year of a date such as 1934-01-06, or of a year alone. */
function yearOf(date: string): string {
  return date.slice(0, 4);
}

/** What is said of when somebody was born: of a year alone, which is what the masked are shown, the age is one of two. */
export function bornSaid(date: string, now: number): ["person.born" | "person.bornAbout", { born: string; n: number }] {
  return [date.length === 4 ? "person.bornAbout" : "person.born", { born: yearOf(date), n: yearsSince(date, now) }];
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
