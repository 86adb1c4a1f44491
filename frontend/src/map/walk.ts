/** Lets workers walk: moves those who are between two places, eight times a second and only then. */
import { isMoving, placeAt } from "../model/patrol";
import type { Patrol } from "../model/patrol";
import type { TownMap } from "./town";

const every = 125;

export class Walk {
  private patrol: Patrol = new Map();
  private timer: ReturnType<typeof setInterval> | undefined;

  /** @param still whether workers hop from report to report instead */
  constructor(private readonly town: TownMap, private readonly still: boolean, private readonly now: () => number = Date.now) {}

  /** The workers as they are known now. */
  set(patrol: Patrol): void {
    this.patrol = patrol;
    this.draw();
    if (!this.still && this.timer === undefined && isMoving(patrol, this.now())) this.timer = setInterval(() => this.draw(), every);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private draw(): void {
    const now = this.now();
    this.town.fill("walkers", [...this.patrol.values()].map((walker) => ({
      type: "Feature", id: walker.id, properties: { id: walker.id, name: walker.name },
      geometry: { type: "Point", coordinates: this.still ? [walker.lon, walker.lat] : placeAt(walker, now) },
    })));
    if (!isMoving(this.patrol, now)) this.stop();
  }
}
