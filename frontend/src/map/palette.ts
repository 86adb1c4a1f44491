/** The colours of the map, night and day, as LOOK §3 gives them. Nothing else in map/ names a colour. */

export type Mood = "dark" | "light";
/** Colours at 6, 36 and 100 m. */
export type Heights = readonly [string, string, string];

export interface Palette {
  readonly ground: string;
  readonly landuse: Readonly<Record<string, string>>;
  readonly green: Readonly<Record<string, string>>;
  readonly contour: string;
  readonly furrow: string;
  readonly water: string;
  readonly shore: string;
  readonly path: string;
  readonly casing: string;
  readonly roads: { readonly main: string; readonly major: string; readonly minor: string };
  /** Main roads as seen from far. */
  readonly far: string;
  readonly metro: string;
  readonly shadow: string;
  readonly shadowOpacity: number;
  readonly veil: string;
  readonly outside: string;
  readonly quiet: string;
  readonly gridLine: string;
  readonly communityLine: string;
  readonly townLine: string;
  readonly fills: { readonly red: string; readonly amber: string; readonly redOpacity: number; readonly amberOpacity: number };
  readonly selection: { readonly fill: string; readonly line: string; readonly casing: string };
  readonly houseOutline: string;
  readonly houses: { readonly housing: Heights; readonly commerce: Heights; readonly civic: Heights; readonly industry: Heights };
  readonly redHouse: string;
  readonly light: number;
  readonly halo: string;
  readonly text: string;
  readonly text2: string;
  readonly text3: string;
  readonly waterText: string;
  readonly stateText: { readonly red: string; readonly amber: string };
  readonly marks: Readonly<Record<"red" | "amber" | "blue" | "green", { readonly fill: string; readonly ink: string }>>;
  readonly closed: string;
  readonly chip: string;
  readonly chipText: string;
  readonly accent: string;
  readonly onAccent: string;
  readonly ramp: readonly [string, string, string, string, string];
  readonly slab: string;
  readonly homes: Readonly<Record<string, string>>;
}

const dark: Palette = {
  ground: "#161c23",
  landuse: {
    housing: "#212933", old: "#242a32", commerce: "#272a35", office: "#262934", school: "#202c36", hospital: "#242c35",
    square: "#272e36", industry: "#26282b", paddy: "#1b2423", terrace: "#1c2320", field: "#1b2321", pitch: "#26322f",
  },
  green: { park: "#1e3d30", belt: "#1e3d30", bank: "#1c352b", forest: "#1c3b2d" },
  contour: "#335641", furrow: "#26332e",
  water: "#123a5a", shore: "#4482ab",
  path: "#52665b", casing: "#0c1015",
  roads: { main: "#6a788c", major: "#505c6d", minor: "#3d4754" },
  far: "#8f9cab",
  metro: "#9a8fc4",
  shadow: "#06090c", shadowOpacity: 0.46,
  veil: "#0e1217", outside: "#1e252d", quiet: "#2a323c",
  gridLine: "#77879a", communityLine: "#aab8c8", townLine: "#e6edf5",
  fills: { red: "#ff6259", amber: "#ffb938", redOpacity: 0.22, amberOpacity: 0.11 },
  selection: { fill: "#8fc4ff", line: "#8fc4ff", casing: "#0d1116" },
  houseOutline: "#10151b",
  houses: {
    housing: ["#4a5664", "#62728a", "#8799b0"], commerce: ["#52526a", "#686883", "#8886a3"],
    civic: ["#3b5f68", "#487780", "#5a919b"], industry: ["#565047", "#676053", "#787062"],
  },
  redHouse: "#b4534f",
  light: 0.34,
  halo: "#0d1116", text: "#eef2f7", text2: "#b4bfcc", text3: "#8f9cab", waterText: "#8fc3e6",
  stateText: { red: "#ff8a82", amber: "#ffc65c" },
  marks: {
    red: { fill: "#ff6259", ink: "#0b0f14" }, amber: { fill: "#ffb938", ink: "#171005" },
    blue: { fill: "#6fb1ff", ink: "#0b0f14" }, green: { fill: "#3fcf8e", ink: "#0b0f14" },
  },
  closed: "#8f9cab", chip: "#1b222b", chipText: "#eef2f7", accent: "#6fb1ff", onAccent: "#0b0f14",
  ramp: ["#2a3b52", "#35597f", "#3f7fb0", "#63aacb", "#b5dbe0"],
  slab: "#20272f",
  homes: { own: "#6a86a3", rented: "#9f8cc9", vacant: "#38434f", business: "#b99a63", event: "#ff6259" },
};

const light: Palette = {
  ground: "#efede8",
  landuse: {
    housing: "#f5f3ee", old: "#f1ede5", commerce: "#f3eef0", office: "#f0eef3", school: "#edf1f2", hospital: "#f3efee",
    square: "#efeee9", industry: "#ecebe6", paddy: "#e8efe0", terrace: "#ebeedd", field: "#edf0e2", pitch: "#dfe8d8",
  },
  green: { park: "#d3e5c8", belt: "#d3e5c8", bank: "#d8e6cd", forest: "#cbdfc1" },
  contour: "#b2cca6", furrow: "#d3dcc3",
  water: "#b3d3e8", shore: "#86b3d0",
  path: "#b7b09f", casing: "#c3bdb1",
  roads: { main: "#ffffff", major: "#ffffff", minor: "#ffffff" },
  far: "#ffffff",
  metro: "#7a6bb0",
  shadow: "#4a4434", shadowOpacity: 0.2,
  veil: "#ebe8e1", outside: "#efece6", quiet: "#e9e5dd",
  gridLine: "#8a8f94", communityLine: "#56616e", townLine: "#27303b",
  fills: { red: "#d0281f", amber: "#f2a100", redOpacity: 0.22, amberOpacity: 0.11 },
  selection: { fill: "#1f6fd1", line: "#1f6fd1", casing: "#fbfaf7" },
  houseOutline: "#b9b3a6",
  houses: {
    housing: ["#f4f1eb", "#ebe8e2", "#dedcd8"], commerce: ["#eae8ec", "#dfdce3", "#d0ccd5"],
    civic: ["#dfebea", "#cfe0df", "#bcd3d2"], industry: ["#efe8d8", "#e4dcc9", "#d7cdb6"],
  },
  redHouse: "#f0a79e",
  light: 0.12,
  halo: "#fbfaf7", text: "#171d25", text2: "#414b57", text3: "#59626d", waterText: "#2a6389",
  stateText: { red: "#d0281f", amber: "#8a5200" },
  marks: {
    red: { fill: "#d0281f", ink: "#ffffff" }, amber: { fill: "#f2a100", ink: "#171005" },
    blue: { fill: "#1f6fd1", ink: "#ffffff" }, green: { fill: "#178a52", ink: "#ffffff" },
  },
  closed: "#59626d", chip: "#ffffff", chipText: "#171d25", accent: "#1a5fb8", onAccent: "#ffffff",
  ramp: ["#e3edf2", "#bcd6e6", "#86b4d6", "#4c88bd", "#21598f"],
  slab: "#cfcbc3",
  homes: { own: "#9db5cd", rented: "#b3a4d6", vacant: "#e4e0d8", business: "#d3b67f", event: "#d0281f" },
};

export const palettes: Readonly<Record<Mood, Palette>> = { dark, light };
