/** Moments as fields of a form hold them: local, to the minute, such as 2026-03-01T09:00. */

/** The moment on the wire; undefined for an empty field. */
export function toMoment(field: string): string | undefined {
  return field === "" ? undefined : new Date(field).toISOString();
}

/** The field of a moment in milliseconds. */
export function toField(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** 2026-03-01 09:00: with its year, for what is to be read again after years. */
export function stamp(at: string): string {
  return toField(Date.parse(at)).replace("T", " ");
}

/** How exactly a field says when: a day, such as 2026-03-01, or a minute, such as 2026-03-01T09:00. */
export type Precision = "day" | "minute";

const separated = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]\s*(\d{1,2})[:时](\d{1,2})分?)?$/;
const joined = /^(\d{4})(\d{2})(\d{2})(?:[T\s]?(\d{2}):?(\d{2}))?$/;

/** What a field holds of a moment by the calendar alone, as if there were one zone and no summer time. */
function fieldOf(calendar: Date, precision: Precision): string {
  return calendar.toISOString().slice(0, precision === "day" ? 10 : 16);
}

/**
 * What somebody has typed, year first, as a field holds it: 2026-3-1, 2026/03/01 9:00, 20260301 and 2026年3月1日 all say
 * a day. A day alone is its first minute.
 *
 * @returns the empty string for nothing, undefined for what is no day of the calendar
 */
export function readField(text: string, precision: Precision): string | undefined {
  const plain = text.normalize("NFKC").trim();
  if (plain === "") return "";
  const found = separated.exec(plain) ?? joined.exec(plain);
  if (!found || (precision === "day" && found[4] !== undefined)) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found.slice(1).map((part) => Number(part ?? 0));
  const then = new Date(Date.UTC(year, month - 1, day, hour, minute));
  const isReal = then.getUTCFullYear() === year && then.getUTCMonth() === month - 1 && then.getUTCDate() === day && hour < 24 && minute < 60;
  return isReal && year >= 1800 ? fieldOf(then, precision) : undefined;
}

/** A field as it is written on the screen, in every language: 2026-03-01 09:00. */
export function writeField(field: string): string {
  return field.replace("T", " ");
}

/**
 * Moves the part of a text in which the caret stands by one; a month that is shorter ends on its last day.
 *
 * @returns the text as it is written then; undefined for what says no time
 */
export function stepField(text: string, caret: number, by: 1 | -1, precision: Precision): string | undefined {
  const field = readField(text, precision);
  if (!field) return undefined;
  const part = (text.slice(0, caret).match(/\D+/g) ?? []).length;
  const at = new Date(`${field.padEnd(16, "T00:00")}:00Z`);
  if (part < 2) {
    const month = new Date(Date.UTC(at.getUTCFullYear() + (part === 0 ? by : 0), at.getUTCMonth() + (part === 1 ? by : 0) + 1, 0));
    at.setUTCFullYear(month.getUTCFullYear(), month.getUTCMonth(), Math.min(at.getUTCDate(), month.getUTCDate()));
  } else {
    at.setTime(at.getTime() + by * (part === 2 ? 86_400_000 : part === 3 ? 3_600_000 : 60_000));
  }
  const moved = fieldOf(at, precision);
  return readField(moved, precision) === undefined ? undefined : writeField(moved);
}
