/** Which messages were published more than once: by bridges that were handed them more than once, and by whoever did not learn what became of an attempt. */
import { Pages, type PagesState } from '../base/pages.ts';
import type { Entry } from '../history/entries.ts';
import { PerMessage, REMEMBERED } from './per-message.ts';

type Saved = ReturnType<PerMessage['save']>;
export interface RepublishedState {
  readonly first: Saved;
  readonly latest: Saved;
  readonly passage: Saved;
  readonly bridges: number[];
  readonly retried: PagesState;
}
export class Republished {
  /** By bridge: the entries of the first and of the latest publication. */
  private first = new PerMessage(Float64Array);
  private latest = new PerMessage(Float64Array);
  /** What the latest was caused by: on several wires a bridge publishes several times of one cause. */
  private passage = new PerMessage(Float64Array);
  private bridges: number[] = [];
  /** 1 for messages of which an attempt was repeated. */
  private retried = new Pages(0, REMEMBERED, Int32Array);

  /** @param entry a message was sent: with a copy, somebody passed on what was handed to it */
  see(entry: Entry): void {
    const { place, message, id, cause } = entry;
    if (entry.attempt !== 1) return this.retried.set(message, 1);
    if (entry.copy < 0) return;
    if (!this.bridges.includes(place)) this.bridges.push(place);
    if (this.first.at(place, message) < 0) this.first.set(place, message, id);
    else if (this.passage.at(place, message) === cause) return;
    this.latest.set(place, message, id);
    this.passage.set(place, message, cause);
  }
  wasRetried(message: number): boolean {
    return this.retried.at(message) === 1;
  }
  /** The first and the latest publication by a bridge that published it for more than one handing-over. @param leads whether a bridge is one that is meant */
  twice(message: number, leads: (bridge: number) => boolean): { readonly first: number; readonly second: number } | undefined {
    for (const place of this.bridges) {
      const [first, second] = [this.first.at(place, message), this.latest.at(place, message)];
      if (first >= 0 && second !== first && leads(place)) return { first, second };
    }
    return undefined;
  }
  save(): RepublishedState {
    return { first: this.first.save(), latest: this.latest.save(), passage: this.passage.save(), bridges: [...this.bridges], retried: this.retried.save() };
  }
  load(saved: RepublishedState): void {
    this.first.load(saved.first);
    this.latest.load(saved.latest);
    this.passage.load(saved.passage);
    this.bridges = [...saved.bridges];
    this.retried.load(saved.retried);
  }
}
