/** Names as they are said: “人和社区第二网格” is “人和 2 网格” on the map, “2 网格” within 人和. */

const numbered = /^(.*?)第?([0-9]+|[一二三四五六七八九十]+)(网格|号微网格)$/;
const community = /(?:社区|村)$/;
const digits = "零一二三四五六七八九";

/** With its community: for the map's labels and for lists. Names of another form stay as they are. */
export function shortGridName(name: string): string {
  const match = numbered.exec(name);
  if (!match) return name;
  const [, place = "", number = "", kind = ""] = match;
  return [place.replace(community, ""), figure(number), kind].filter(Boolean).join(" ");
}

/** The names that occur more than once. */
export function repeated(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.has(name) || !seen.add(name)));
}

/** Chinese numbers up to 99 as figures; figures stay. */
function figure(number: string): string {
  if (/^[0-9]+$/.test(number)) return String(Number(number));
  const [tens = "", ones = ""] = number.includes("十") ? number.split("十") : ["零", number];
  const ten = number.includes("十") ? digits.indexOf(tens || "一") * 10 : 0;
  return String(ten + Math.max(0, digits.indexOf(ones || "零")));
}

/** 1 to 99 in Chinese: 一, 十, 十三, 二十, 二十一. */
export function chineseNumber(n: number): string {
  const [tens, ones] = [Math.floor(n / 10), n % 10];
  const head = tens === 0 ? "" : tens === 1 ? "十" : `${digits[tens]}十`;
  return head + (ones === 0 ? "" : digits[ones]);
}
