/** Which messages bridges have published more than once, because they were handed them more than once. */
import type { Entry } from '../history/entries.ts';
import { PerMessage } from './per-message.ts';

export class Relays {
  /** By bridge: the entries of the first and of the latest publication, and who made the first. */
  private first = new PerMessage();
  private latest = new PerMessage();
  private actor = new PerMessage();
  private bridges: number[] = [];

  /** @param entry a message was sent: with a copy, somebody passed on what was handed to it */
  see(entry: Entry): void {
    if (entry.copy < 0 || entry.attempt !== 1) return;
    const { place, message, id } = entry;
    if (!this.bridges.includes(place)) this.bridges.push(place);
    if (this.first.at(place, message) < 0) {
      this.first.set(place, message, id);
      this.actor.set(place, message, entry.actor);
    }
    this.latest.set(place, message, id);
  }
  twice(message: number): { readonly first: number; readonly second: number; readonly actor: number } | undefined {
    for (const place of this.bridges) {
      const [first, second] = [this.first.at(place, message), this.latest.at(place, message)];
      if (first >= 0 && second !== first) return { first, second, actor: this.actor.at(place, message) };
    }
    return undefined;
  }
  save() {
    return { first: this.first.save(), latest: this.latest.save(), actor: this.actor.save(), bridges: [...this.bridges] };
  }
  load(saved: ReturnType<Relays['save']>): void {
    this.first.load(saved.first);
    this.latest.load(saved.latest);
    this.actor.load(saved.actor);
    this.bridges = [...saved.bridges];
  }
}
