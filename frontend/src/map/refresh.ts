/**
 * Reads stale tiles again. A tile that is still loading would be passed over by
 * MapLibre and stay old: so a source that is busy is told when it is done.
 */
import type { Map as GLMap } from "maplibre-gl";

export interface TileCell {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

type Cells = readonly TileCell[] | "all";

/** Milliseconds after which a tile that failed is asked for again. */
const pause = 2000;

export class Refresher {
  private readonly late = new Map<string, Cells>();
  private readonly retries = new Set<ReturnType<typeof setTimeout>>();

  constructor(private readonly map: GLMap) {
    map.on("sourcedata", ({ sourceId }) => this.catchUp(sourceId));
    map.on("idle", () => [...this.late.keys()].forEach((source) => this.catchUp(source)));
  }

  /** Reads those tiles of a source again that are in view, or all. */
  refresh(source: string, cells: Cells): void {
    const before = this.late.get(source);
    this.late.set(source, before === undefined ? cells : before === "all" || cells === "all" ? "all" : [...before, ...cells]);
    this.catchUp(source);
  }

  /** Reads a tile that failed once more, in a while. */
  retry(source: string, cell: TileCell): void {
    const timer = setTimeout(() => {
      this.retries.delete(timer);
      this.refresh(source, [cell]);
    }, pause);
    this.retries.add(timer);
  }

  stop(): void {
    this.retries.forEach(clearTimeout);
  }

  private catchUp(source: string): void {
    const cells = this.late.get(source);
    if (cells === undefined || !this.map.getSource(source) || !this.map.isSourceLoaded(source)) return;
    this.late.delete(source);
    this.map.refreshTiles(source, cells === "all" ? undefined : [...cells]);
  }
}
