/** What has taken effect, and which ids are remembered so that it takes effect once. */
import { Pages, type PagesState } from '../base/pages.ts';

/** Older messages are forgotten, and so are ids in an inbox. */
const REMEMBERED = 200_000;

export interface Idempotency {
  readonly idempotency: 'none' | 'id-window' | 'inbox';
  /** Ids that an id window remembers. */
  readonly window: number;
}
export class Effects {
  /** Ids in the shared store (inbox or id window), oldest first. */
  private known = new Set<number>();
  /** 1 per message that had its effect. */
  private applied = new Pages(0, REMEMBERED, Int32Array);

  /** Applies the effect of a message, unless its id is known. */
  apply(message: number, plan: Idempotency): 'first' | 'again' | 'known' {
    if (plan.idempotency !== 'none' && this.known.has(message)) return 'known';
    const again = this.applied.at(message) === 1;
    this.applied.set(message, 1);
    // The inbox row commits with the effect; an id window is written after the work.
    if (plan.idempotency === 'inbox') this.remember(message, REMEMBERED);
    return again ? 'again' : 'first';
  }
  /** The work on a message has ended well. */
  finished(message: number, plan: Idempotency): void {
    if (plan.idempotency === 'id-window') this.remember(message, plan.window);
  }
  save(): unknown {
    return { known: [...this.known], applied: this.applied.save() };
  }
  load(saved: unknown): void {
    const { known, applied } = saved as { known: number[]; applied: PagesState };
    this.known = new Set(known);
    this.applied.load(applied);
  }
  private remember(message: number, most: number): void {
    this.known.add(message);
    while (this.known.size > most) this.known.delete(this.known.values().next().value as number);
  }
}
