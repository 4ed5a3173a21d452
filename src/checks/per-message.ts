/** Numbers that checks keep for each message at each place. */
import { Pages, type PagesState } from '../base/pages.ts';

/** What is remembered per message is bounded; older messages are forgotten first. */
export const REMEMBERED = 100_000;
/** A number per place and message. */
export class PerMessage {
  /** By the place's number. */
  private places: (Pages | undefined)[] = [];
  private readonly Numbers: typeof Float64Array | typeof Int32Array;

  /** @param Numbers what there is room for: Float64Array for times and entries */
  constructor(Numbers: typeof Float64Array | typeof Int32Array) {
    this.Numbers = Numbers;
  }
  /** @returns -1 when there is none */
  at(place: number, message: number): number {
    return this.places[place]?.at(message) ?? -1;
  }
  set(place: number, message: number, value: number): void {
    (this.places[place] ??= this.pages()).set(message, value);
  }
  save(): [number, PagesState][] {
    return this.places.flatMap((pages, place) => (pages ? [[place, pages.save()]] : []));
  }
  load(saved: readonly (readonly [number, PagesState])[]): void {
    this.places = [];
    for (const [place, state] of saved) {
      const pages = this.pages();
      pages.load(state);
      this.places[place] = pages;
    }
  }
  private pages(): Pages {
    return new Pages(-1, REMEMBERED, this.Numbers);
  }
}
