/** Tells the history what happens to copies. A copy's place is a rule and a target, "rule/target", or a queue. */
import type { RoomHost } from '../contract.ts';
import { deadAttributes } from './dead-attributes.ts';
import type { Invocation } from './model.ts';
import type { Dead, Item } from './queue.ts';
import type { Matched } from './service.ts';

/** What the teller asks of the document. */
export interface Geography {
  /** Where the copies of a target lie. */
  placeOf(rule: string, target: string): string;
  /** The wire from a bus to a rule or an archive. */
  wire(from: string, to: string): string | undefined;
}

/** The detail of a delivery that moves a copy: nobody works on it. */
const MOVED = 1;

export class Teller {
  private readonly host: RoomHost;
  private readonly geography: Geography;
  constructor(host: RoomHost, geography: Geography) {
    this.host = host;
    this.geography = geography;
  }
  matched({ event, made, rules, stopped, archives, cause }: Matched): void {
    const { host, geography } = this;
    const { message, bus } = event;
    const how = event.replay !== '' ? 'eventbridge.replay' : event.from !== '' ? 'eventbridge.forwarded' : cause >= 0 ? 'eventbridge.redriven' : undefined;
    const origin = how === undefined ? {} : { reason: how };
    const accepted = host.record('accepted', { message, place: bus, detail: made.length, ...(cause >= 0 ? { cause } : {}), ...origin });
    for (const invocation of made) {
      invocation.copy = host.copy();
      invocation.entry = host.record('enqueued', { message, copy: invocation.copy, place: this.place(invocation), cause: accepted, ...origin });
    }
    for (const to of [...rules, ...archives]) {
      const wire = geography.wire(bus, to);
      if (wire !== undefined) host.pass(wire, message);
    }
    for (const rule of stopped) host.record('unrouted', { message, place: rule, reason: 'eventbridge.third_bus', cause: accepted });
    // What an archive holds is not lost.
    if (rules.length === 0 && archives.length === 0 && event.replay === '') host.record('unrouted', { message, place: bus, reason: 'eventbridge.no_rule', cause: accepted });
    else if (made.length === 0 && rules.length > 0 && stopped.length === 0 && archives.length === 0) host.record('unrouted', { message, place: bus, reason: 'eventbridge.no_target', cause: accepted });
  }
  delivered(invocation: Invocation, actor: string): void {
    invocation.entry = this.host.record('delivered', { ...this.facts(invocation), actor, ...(invocation.attempts === 1 ? { reason: 'eventbridge.no_order' } : {}) });
  }
  again(invocation: Invocation, reason: string): void {
    invocation.entry = this.host.record('requeued', { ...this.facts(invocation), reason });
  }
  over(invocation: Invocation, fate: 'settled' | 'dropped', reason: string): void {
    invocation.entry = this.host.record(fate, { ...this.facts(invocation), reason });
  }
  /** It goes on to another bus, which takes it anew. */
  forwarded(invocation: Invocation): void {
    invocation.entry = this.host.record('delivered', { ...this.facts(invocation), actor: invocation.event.bus, detail: MOVED });
    this.over(invocation, 'settled', 'eventbridge.forwarded');
  }
  buried(invocation: Invocation, queue: string, item: Item, reason: string): void {
    const cause = this.host.record('dead-lettered', { ...this.facts(invocation), reason });
    this.arrived(queue, item, cause);
    this.host.pass(`DeadLetterConfig:${invocation.rule}`, item.message);
  }
  /** A dead event lies in its queue. */
  private arrived(queue: string, item: Item, cause: number): void {
    item.copy = this.host.copy();
    item.entry = this.host.record('enqueued', { message: item.message, copy: item.copy, place: queue, cause });
  }
  received(queue: string, item: Item, actor: string): void {
    item.entry = this.host.record('delivered', { ...factsOf(queue, item), actor });
  }
  visibleAgain(queue: string, item: Item, reason: string): void {
    item.entry = this.host.record('requeued', { ...factsOf(queue, item), reason });
  }
  leftQueue(queue: string, item: Item, fate: 'settled' | 'expired' | 'dropped', reason: string): void {
    this.host.record(fate, { ...factsOf(queue, item), reason });
  }
  /** An operator takes it out to put it on its bus again. @returns the entry that causes what comes of it */
  redriven(queue: string, item: Item): number {
    const cause = this.host.record('delivered', { ...factsOf(queue, item), actor: 'operator' });
    return this.host.record('settled', { ...factsOf(queue, item), reason: 'eventbridge.redriven', cause });
  }
  private place({ rule, target }: Invocation): string {
    return this.geography.placeOf(rule, target);
  }
  private facts(invocation: Invocation) {
    const { event, copy, attempts, entry } = invocation;
    return { message: event.message, copy, place: this.place(invocation), attempt: attempts, cause: entry };
  }
}
const factsOf = (place: string, { message, copy, receives, entry }: Item) => ({ message, copy, place, attempt: receives, cause: entry });
export const deadOf = (invocation: Invocation, reason: string): Dead => {
  const { message, form, bus } = invocation.event;
  // What Lambda gave up has another record around it.
  return { message, form, bus, reason, attributes: invocation.lambda === null ? deadAttributes(invocation, reason) : null };
};
