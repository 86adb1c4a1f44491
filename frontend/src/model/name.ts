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

/** How wide a text is, in Chinese characters: all others take half of one. */
function widthOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (/\p{Script=Han}|、/u.test(letter) ? 1 : 0.5), 0);
}

/**
 * The first of some names that fit into a number of Chinese characters, one at least, and how
 * many are left. If any are, `count` characters are kept free for saying so.
 */
export function fitNames(names: readonly string[], room: number, count: number): { readonly some: readonly string[]; readonly rest: number } {
  const fits = (n: number, width: number) => widthOf(names.slice(0, n).join("、")) <= width;
  let n = names.length;
  if (!fits(n, room)) while (n > 1 && !fits(n, room - count)) n--;
  return { some: names.slice(0, n), rest: names.length - n };
}
