/** A consumer: works on what it takes, applies an effect and settles; and every way in which that goes wrong. */
import { type Backoff, backoffDelay } from './host.ts';
import { Instances, type InstancesPlan } from './instances.ts';
import type { Work } from './workshop.ts';

export interface ConsumerPlan extends InstancesPlan {
  readonly onFailure: 'requeue' | 'reject' | 'retry-in-place';
  readonly retry: Backoff;
}
const EFFECT = 1;
const END = 2;
const RETRY = 3;

export class Consumer extends Instances<ConsumerPlan> {
  protected begin(instance: number, work: Work): void {
    this.workshop.begin(work, this.name(instance));
    if (work.fails === null) this.after(this.workshop.effectAfter(work), EFFECT, instance, work);
    else this.after(work.takes, END, instance, work);
  }
  protected step(what: number, instance: number, work: Work): void {
    if (what === EFFECT) this.applyEffect(instance, work);
    else if (what === END) this.end(instance, work);
    else this.begin(instance, work);
  }
  private applyEffect(instance: number, work: Work): void {
    if (this.struck(instance, 'crash-before-effect', work)) return;
    this.workshop.applyEffect(work, this.name(instance));
    if (this.struck(instance, 'crash-after-effect', work)) return;
    this.after(this.workshop.left(work), END, instance, work);
  }
  private end(instance: number, work: Work): void {
    const { host, plan } = this;
    this.workshop.end(work, this.name(instance));
    if (work.fails !== null && plan.onFailure === 'retry-in-place' && work.tries <= plan.retry.attempts) {
      work.stage = 'waiting to retry';
      this.after(backoffDelay(plan.retry, work.tries, host.luck('backoff')), RETRY, instance, work);
      return;
    }
    if (this.struck(instance, 'crash-before-settle', work)) return;
    this.release(instance, work);
    this.settle(instance, work, work.fails === null ? 'done' : plan.onFailure === 'requeue' ? 'retry' : 'reject');
    if (this.struck(instance, 'crash-after-settle', work)) return;
    this.ready(instance);
  }
}
