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
