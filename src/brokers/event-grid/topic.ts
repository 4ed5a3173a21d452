/** What a topic or domain takes in. https://learn.microsoft.com/azure/event-grid/quotas-limits */
import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';
import type { TopicPlan } from './plan.ts';

const SECOND = 1_000_000;
/** bytes; "Event size: 1 MB. This limit can't be increased." */
const LARGEST = 1_048_576;
/** bytes; "Events over 64 KB are charged in 64-KB increments." */
const INCREMENT = 65_536;

export interface TopicState {
  readonly node: string;
  readonly window: number;
  readonly events: number;
  readonly bytes: number;
  readonly trouble: Trouble;
  readonly counts: Topic['counts'];
}
/** Why nothing gets in, if anything. */
export type Trouble = 'none' | 'key_regenerated' | 'unavailable';

export class Topic {
  plan: TopicPlan;
  trouble: Trouble = 'none';
  counts = { published: 0, unmatched: 0, refused: 0 };
  /** The second that is counted, and what came in it. */
  private window = -1;
  private events = 0;
  private bytes = 0;
  constructor(plan: TopicPlan) {
    this.plan = plan;
  }
  /** Counts an event against the quotas. @returns why it is not taken */
  take(bytes: number, now: number): Refusal | undefined {
    const refused = this.refusal(bytes, now);
    if (refused === undefined) this.counts.published++;
    else this.counts.refused++;
    return refused;
  }
  private refusal(bytes: number, now: number): Refusal | undefined {
    if (this.trouble === 'unavailable') return errors.serviceUnavailable();
    if (this.trouble === 'key_regenerated') return errors.unauthorized();
    if (bytes > LARGEST) return errors.payloadTooLarge();
    const window = Math.floor(now / SECOND);
    if (window !== this.window) {
      this.window = window;
      this.events = this.bytes = 0;
    }
    const counts = Math.max(1, Math.ceil(bytes / INCREMENT));
    if (this.events + counts > this.plan.events || this.bytes + bytes > this.plan.bytes) return errors.tooManyRequests();
    this.events += counts;
    this.bytes += bytes;
    return undefined;
  }
  save(): TopicState {
    const { plan, window, events, bytes, trouble, counts } = this;
    return { node: plan.node, window, events, bytes, trouble, counts };
  }
  load({ window, events, bytes, trouble, counts }: TopicState): void {
    Object.assign(this, { window, events, bytes, trouble, counts });
  }
}
