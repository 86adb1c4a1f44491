/**
 * What the server says, as it says it: names are those of the wire. Coordinates
 * are degrees lon/lat (CGCS2000), distances metres, bearings degrees clockwise
 * from north, times RFC 3339.
 */

/** West, south, east, north, in degrees. */
export type Envelope = readonly [number, number, number, number];
export type Place = readonly [lon: number, lat: number];

export interface AreaBrief {
  /** Of a division; empty for all that is stored, where no one division holds it. */
  readonly code: string;
  /** Empty if all that is stored has no name. */
  readonly name: string;
  readonly lon: number;
  readonly lat: number;
  readonly zoom: number;
  readonly envelope: Envelope;
  /** The area of the post by which it is seen, of which it may be the one part that has buildings. */
  readonly over: { readonly code: string; readonly name: string };
}

/** The one area that a server holds, of several that serve one city. */
export interface OwnArea {
  readonly code: string;
  readonly name: string;
  readonly envelope: Envelope;
}

export interface Status {
  readonly epoch: string;
  readonly plan: number;
  readonly ready: boolean;
  readonly area?: AreaBrief | null;
  readonly counts?: Counters | null;
  /** Absent if the server holds everything. */
  readonly holds?: OwnArea;
}

export interface HeldPost {
  readonly role: string;
  readonly area: string;
  /** In a division that there is not any more, so that the post gives nothing. */
  readonly missing?: boolean;
  /** It unmasks nobody until a second person confirms it. */
  readonly awaits?: boolean;
  /** This server does not hold all that the post is about. */
  readonly elsewhere?: boolean;
  readonly board?: string;
}

/** Who is signed in. */
export interface Session {
  readonly account: string;
  /** Local: nobody needs to sign in. */
  readonly mode: "local" | "account";
  readonly login: string;
  readonly name: string;
  readonly until: string | null;
  readonly posts: readonly HeldPost[];
  /** What the posts allow, each somewhere. */
  readonly rights: readonly string[];
  /** A second factor must be shown before anything else, and set up where there is none. */
  readonly needs_second: boolean;
  readonly has_second: boolean;
}

/** One of the own sign-ins. */
export interface SignIn {
  readonly id: number;
  /** Network address. */
  readonly from: string;
  /** A program's token, not a browser. */
  readonly program: boolean;
  /** Of a token that gives less than the account has. */
  readonly rights?: readonly string[];
  readonly areas?: readonly string[];
  /** The one that asks. */
  readonly current: boolean;
  readonly began: string;
  /** Last, to some minutes. */
  readonly used: string;
  readonly until: string;
}

/** Somebody of an invented city, whom everybody may be. */
export interface DemoAccount {
  readonly login: string;
  readonly name: string;
  readonly group: "centre" | "field" | "rule";
  readonly page: string;
}

/** How one may sign in. */
export interface Entry {
  readonly demo: readonly DemoAccount[];
  readonly password?: string;
  /** The sign-in server of the city: how it is called, and where a browser begins. */
  readonly openid?: { readonly name: string; readonly url: string };
}

/** A second factor to put into an authenticator. */
export interface Offer {
  readonly secret: string;
  readonly uri: string;
}

export interface DivisionBrief {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly level: number;
  readonly kind: string;
}

export interface Home {
  readonly id: number;
  readonly unit: number;
  readonly room: string;
  readonly state: string;
  readonly people: number;
}

export interface Floor {
  readonly floor: number;
  readonly homes: readonly Home[];
}

export interface BuildingSheet {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly quarter: string;
  readonly use: string;
  readonly area: string;
  readonly height: number;
  readonly floors: number;
  readonly floors_below: number;
  readonly units: number;
  readonly year: number;
  /** Absent where single homes are not this viewer's to see, as people. */
  readonly dwellings?: number;
  readonly people?: number;
  readonly floors_list: readonly Floor[] | null;
}

export interface WorkerBrief {
  readonly id: number;
  readonly name: string;
  readonly role: string;
  readonly area: string;
  readonly phone?: string;
}

export interface Near {
  readonly kind: string;
  readonly id: number;
  readonly name: string;
  readonly category: string;
  readonly state?: string;
  readonly distance: number;
  readonly bearing: number;
  readonly lon: number;
  readonly lat: number;
}

export interface Identified {
  readonly lon: number;
  readonly lat: number;
  readonly chain: readonly DivisionBrief[] | null;
  readonly building: BuildingSheet | null;
  readonly workers: readonly WorkerBrief[] | null;
  readonly near: readonly Near[] | null;
  /** Around it lies what this server does not hold, and does not tell. */
  readonly partial?: boolean;
}

export interface Hit {
  readonly kind: string;
  readonly id: number;
  readonly code?: string;
  readonly name: string;
  readonly detail: string;
  readonly lon: number;
  readonly lat: number;
  readonly zoom: number;
  readonly envelope: Envelope;
  /** False for what has no place: it is in the tree and found, but cannot be shown. */
  readonly on_map?: boolean;
}

/** Something of its own name that a search or a list leads to; a division has level and counters. */
export interface Thing {
  readonly id: number;
  /** Of a home. */
  readonly building?: number;
  readonly floor?: number;
  readonly name?: string;
  /** Of an event. */
  readonly title?: string;
  readonly geometry?: GeoJSON.Point | GeoJSON.LineString | GeoJSON.Polygon | GeoJSON.MultiPolygon | null;
  /** Where a division is shown, if anywhere. */
  readonly place?: Place;
  readonly code?: string;
  readonly level?: number;
  /** Of a division: from the city down to it. */
  readonly chain?: readonly DivisionBrief[];
  readonly category?: string;
  readonly class?: string;
  readonly role?: string;
  readonly state?: string;
  readonly address?: string;
  readonly counters?: Counters;
}

/** Numbers of one division; a number that this viewer may not know is absent. With `step`, those of people and homes are of `counted_at`, in seconds since 1970, to the nearest of so many. */
export type Counters = Readonly<Record<string, number>>;

export interface Division {
  readonly id: number;
  readonly revision: number;
  readonly code: string;
  readonly name: string;
  readonly level: number;
  readonly kind: string;
  readonly parent: string;
  /** Where it is shown, if anywhere. */
  readonly place?: Place;
  readonly counters?: Counters;
  readonly geometry?: GeoJSON.Polygon | GeoJSON.MultiPolygon;
}

export interface EventRecord {
  readonly id: number;
  readonly revision: number;
  readonly category: string;
  readonly title: string;
  readonly state: string;
  readonly urgency: string;
  readonly area: string;
  readonly building: number;
  readonly occurred_at: string;
  readonly reported_at: string;
  readonly due_at: string;
  readonly geometry: { readonly type: "Point"; readonly coordinates: Place };
}

export interface Category {
  readonly code: string;
  readonly mark: string;
  readonly short: string;
  readonly name: string;
  readonly hours: number;
}

export interface Page<T> {
  readonly items: readonly T[] | null;
  readonly next: string | null;
}

/** An area drawn on the map, as `/api/within` takes it. Radii are metres. */
export type WithinArea =
  | { readonly rectangle: Envelope }
  | { readonly circle: { readonly lon: number; readonly lat: number; readonly radius: number } }
  | { readonly polygon: readonly Place[] }
  | { readonly buffer: { readonly line: readonly Place[]; readonly radius: number } };

export type WithinList = "buildings" | "dwellings" | "people";

/** One row of a list within an area; which fields it has depends on the list. */
export interface WithinItem {
  readonly id: number;
  readonly name?: string;
  readonly address?: string;
  readonly room?: string;
  readonly floors?: number;
  readonly building?: number;
  readonly dwelling?: number;
  readonly state?: string;
  readonly residence?: string;
  /** The year alone while masked: 1950. */
  readonly born?: string;
  /** The home that a home or a person of a list is, as people say it. */
  readonly where?: { readonly building: number; readonly name: string; readonly dwelling: number; readonly unit: number; readonly floor: number; readonly room: string };
}

export interface WithinReply {
  readonly counts: Counters;
  /** The area reaches beyond what this server holds, of which nothing is counted. */
  readonly partial?: boolean;
  readonly items: readonly WithinItem[] | null;
  readonly next: string | null;
}

/** How close name, number, phone and day of birth are shown; hidden: of a minor. */
export type Showing = "hidden" | "masked" | "open";

/** A record in the open, and until when it is shown so. */
export interface Unveiled {
  readonly record: Resident;
  readonly until: string;
}

/** One record of a human at a home, as close as it is shown. */
export interface Resident {
  readonly id: number;
  readonly name?: string;
  readonly id_number?: string;
  readonly phone?: string;
  readonly shown: Showing;
  readonly may_unmask: boolean;
  /** Absent for whoever has no duty of care. */
  readonly care?: readonly string[] | null;
  readonly sex?: string;
  /** The year alone while masked: 1950. */
  readonly born?: string;
  readonly residence?: string;
}
