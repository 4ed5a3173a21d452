/** The service's end of the wires: what clients ask is done, told to the history, and answered. */
import type { Delivery, Refusal, RoomHost } from '../contract.ts';
import { errors } from './errors.ts';
import type { Handed, Happening } from './happenings.ts';
import type { Places } from './places.ts';
import type { EventGrid } from './server.ts';
import type { Known, Teller } from './teller.ts';
import { type SessionState, type Thing, type Traffic, WAKE } from './traffic.ts';

/** A client that was refused asks again so much later, µs. */
const AFTER_REFUSAL = 10_000_000;
export const named = (refusal: Refusal): Refusal => ({ ...refusal, name: `event-grid.${refusal.name}` });

export class Desk {
  private readonly host: RoomHost;
  private readonly grid: EventGrid;
  private readonly traffic: Traffic;
  private readonly teller: Teller;
  private readonly places: Places;
  constructor(host: RoomHost, grid: EventGrid, traffic: Traffic, teller: Teller, places: Places) {
    this.host = host;
    this.grid = grid;
    this.traffic = traffic;
    this.teller = teller;
    this.places = places;
  }
  /** Something came up from a client. */
  serve(state: SessionState, thing: Thing): void {
    switch (thing.do) {
      case 'post': {
        const refused = this.publish(state.link, thing.message, -1);
        return this.traffic.down(state, { do: 'reply', session: state.id, life: thing.life, message: thing.message, outcome: refused === undefined ? 'confirmed' : named(refused) });
      }
      case 'answer':
        this.grid.push(thing.subscription)?.answered(thing.request, thing.answer);
        return this.flush();
      case 'validated':
        this.grid.validation.answered(thing.subscription, thing.attempt, thing.answer);
        return this.flush();
      case 'receive': {
        const { maxEvents, maxWaitTime } = this.places.pulling(state.link);
        const queue = this.grid.queue(state.place);
        if (queue === undefined) {
          this.host.record('refused', { place: state.place, actor: state.client, reason: named(errors.notFound()).name });
          return this.traffic.later(AFTER_REFUSAL, WAKE.ask, state);
        }
        queue.receive(`${thing.life} ${state.id}`, this.grid.next(), maxEvents, maxWaitTime);
        return this.flush();
      }
      case 'hang-up':
        return this.grid.queue(state.place)?.forgetCalls(`${thing.life} ${state.id}`);
      case 'settle':
        return this.settle(state, thing);
      default:
    }
  }
  /** @param cause entry of which it came; @returns why it is refused */
  publish(link: string, message: number, cause: number): Refusal | undefined {
    const topic = this.places.topicOf(link);
    const posted = this.places.event(link, message, this.host);
    const refused = 'refused' in posted ? posted : this.grid.publish(topic ?? '', posted);
    this.flush(cause);
    return refused;
  }
  /** Tells what the service did since the last time, and sends what it sends. */
  flush(cause = -1): void {
    const { out } = this.grid;
    for (let i = 0; i < out.length; i++) {
      const happening = out[i] as Happening;
      this.teller.tell(happening, cause);
      if (happening.kind === 'posted') this.post(happening.subscription, happening.request, happening.events);
      else if (happening.kind === 'received') this.hand(happening.receiver, happening.events);
      else if (happening.kind === 'validate') this.validate(happening.subscription, happening.link, happening.attempt);
    }
    out.length = 0;
  }

  private settle(state: SessionState, { verb, token, delivery, life }: Extract<Thing, { do: 'settle' }>): void {
    const queue = this.grid.queue(state.place);
    if (queue === undefined) return;
    const refused = verb === 'release' ? queue.release(token, this.places.pulling(state.link).releaseDelay) : queue[verb](token);
    this.flush();
    this.traffic.down(state, { do: 'settled', session: state.id, life, delivery, outcome: refused === undefined ? 'confirmed' : named(refused) });
  }
  private post(subscription: string, request: number, events: readonly Handed[]): void {
    const push = this.grid.push(subscription);
    const state = this.traffic.endpoint(push?.plan.endpoint ?? '');
    if (state === undefined) return push?.answered(request, 'ResolutionError');
    const batch = events.length > 1 ? { batch: { id: request, size: events.length } } : {};
    const deliveries = events.flatMap(({ id, count }) => {
      const known = this.teller.delivered(id, state.client, count);
      return known ? [{ ...deliveryOf(known), ...batch }] : [];
    });
    const [first, ...others] = deliveries;
    this.traffic.down(state, { do: 'deliver', session: state.id, subscription, request, deliveries }, first?.message, first?.redelivered);
    for (const { message } of others) this.host.pass(state.link, message);
  }
  private hand(receiver: string, events: readonly (Handed & { readonly token: number })[]): void {
    const cut = receiver.indexOf(' ');
    const state = this.traffic.sessions.get(receiver.slice(cut + 1));
    if (state === undefined) return;
    const deliveries = events.flatMap(({ id, count, token }): [Delivery, number][] => {
      const known = this.teller.delivered(id, state.client, count);
      return known ? [[deliveryOf(known), token]] : [];
    });
    const [first, ...others] = deliveries;
    this.traffic.down(state, { do: 'events', session: state.id, life: Number(receiver.slice(0, cut)), deliveries }, first?.[0].message, first?.[0].redelivered);
    for (const [{ message }] of others) this.host.pass(state.link, message);
  }
  private validate(subscription: string, link: string, attempt: number): void {
    const state = this.traffic.endpoint(link);
    if (state !== undefined) this.traffic.down(state, { do: 'validate', session: state.id, subscription, attempt });
  }
}
const deliveryOf = ({ message, copy, entry, count }: Known): Delivery => ({ handle: -1, message, copy, attempt: count, redelivered: count > 1, entry });
