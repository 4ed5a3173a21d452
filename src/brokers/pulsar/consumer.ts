/** A Pulsar consumer: its receiver queue, permits, acknowledgements in groups, redelivery by delay or timeout, dead letters and retry letters. https://pulsar.apache.org/docs/4.0.x/concepts-messaging/#consumers */
import { copyOf } from '../../base/copy.ts';
import type { Delivery, ReceiveListener, ReceiveSession, Refusal } from '../contract.ts';
import { AckGroups, type AckGroupState } from './ack-group.ts';
import { Client, type ClientHost } from './client.ts';
import { errors } from './errors.ts';
import { type Reading, readingOf, subscribeArgs } from './reading.ts';
import { checkStickyRanges } from './sticky-ranges.ts';
import type { Attachment, ClientState, Parcel } from './traffic.ts';

export interface ConsumerHost extends ClientHost {
  /** Sends a message to another topic on behalf of a consumer. @param deliverAfter µs */
  forward(state: ClientState, tag: number, topic: string, message: number, deliverAfter: number, reconsumeTimes: number, cause: number): void;
  isRetryTopic(state: ClientState, partition: string): boolean;
}
/** An entry as it was received: what it holds is acknowledged together. */
interface Parceled {
  readonly id: number;
  readonly partition: string;
  readonly position: number;
  readonly redeliveries: number;
  readonly reconsumeTimes: number;
  /** Messages that the application has not acknowledged. */
  left: number;
  /** Those of them that may still be, by handle. */
  handles: number[];
  /** Its acknowledgement timeout runs. */
  timed: boolean;
}
/** A message that the application may still acknowledge. */
interface Held {
  readonly handle: number;
  readonly parcel: number;
  readonly index: number;
  readonly message: number;
  readonly entry: number;
  /** Negatively acknowledged: the application is done with it. */
  nacked: boolean;
}
/** A message that was sent to the dead letter or the retry letter topic, and is acknowledged when that is confirmed. */
interface Forwarding {
  readonly tag: number;
  readonly handle: number;
  readonly reason: string;
}
export interface ConsumerSessionState {
  slots: number;
  buffer: Delivery[];
  parcels: (readonly [number, Parceled])[];
  held: (readonly [number, Held])[];
  next: number;
  forwarding: Forwarding[];
  /** A timer for the group of acknowledgements is set. */
  grouping: boolean;
}
/** A pause after the dead letter or the retry letter topic was refused, µs. */
const AFTER_REFUSAL = 1e6;
const fresh = (next: number): ConsumerSessionState => ({ slots: 0, buffer: [], parcels: [], held: [], next, forwarding: [], grouping: false });

export class PulsarConsumer extends Client implements ReceiveSession {
  readonly can = { retryOne: true, reject: true, extend: false, outOfOrder: true };
  private readonly listener: ReceiveListener;
  private readonly room: ConsumerHost;
  private own = fresh(1);
  private parcels = new Map<number, Parceled>();
  private held = new Map<number, Held>();
  private readonly acks = new AckGroups();
  constructor(state: ClientState, host: ConsumerHost, listener: ReceiveListener) {
    super(state, host);
    this.room = host;
    this.listener = listener;
  }
  private get reading(): Reading {
    return readingOf(this.host.config(this.state));
  }
  nextHandle(): number {
    return this.own.next++;
  }
  ready(slots: number): void {
    const { own } = this;
    own.slots = slots;
    while (own.slots > 0) {
      const [first] = own.buffer;
      if (first === undefined || this.listener.push(first) === 'busy') break;
      own.buffer.shift();
      this.started(first.handle);
    }
    if (this.reading.queue === 0) for (const a of this.state.attachments) this.grant(a);
  }
  buffered(): readonly Delivery[] {
    return this.own.buffer;
  }
  /** An entry arrived. */
  take(a: Attachment, parcel: Parcel): void {
    const { own, reading } = this;
    if (reading.queue === 0 && parcel.size > 1) return this.closeForGood(a);
    const id = own.next++;
    // What is acknowledged already is not shown to the application again.
    const news = parcel.handed.filter(({ index }) => !this.acks.has(a.partition, parcel.position, index));
    this.giveBack(a, parcel.handed.length - news.length);
    if (news.length === 0) return;
    const { position, redeliveries, reconsumeTimes } = parcel;
    this.parcels.set(id, { id, partition: a.partition, position, redeliveries, reconsumeTimes, left: news.length, handles: news.map(({ delivery }) => delivery.handle), timed: false });
    for (const { delivery, index } of news) {
      this.held.set(delivery.handle, { handle: delivery.handle, parcel: id, index, message: delivery.message, entry: delivery.entry, nacked: false });
      const { deadLetter } = reading;
      if (deadLetter !== null && reading.individual && parcel.redeliveries > deadLetter.maxRedeliverCount) {
        this.giveBack(a, 1);
        this.bury(delivery.handle, 'pulsar.max_redeliver_count');
      } else if (own.buffer.length === 0 && own.slots > 0 && this.listener.push(delivery) === 'started') this.started(delivery.handle);
      else own.buffer.push(delivery);
    }
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    const held = this.held.get(delivery.handle);
    if (held === undefined || how === 'extend') return;
    const { reading } = this;
    if (how === 'done') return this.acknowledge(held);
    if (how === 'reject') {
      if (reading.deadLetter !== null) return this.bury(held.handle, 'pulsar.given_up');
      this.part(held, { how: 'dropped', reason: 'pulsar.given_up', copies: 0 });
      return this.acknowledge(held);
    }
    if (reading.retryEnable) return this.reconsumeLater(held);
    held.nacked = true;
    this.host.later(this.state, reading.nackDelay(this.parcels.get(held.parcel)?.redeliveries ?? 0), 'nack', held.parcel);
  }
  /** A dead letter or a retry letter is written: what it was made of is acknowledged. */
  forwarded(tag: number, copies: number, refusal: Refusal | null): void {
    const at = this.own.forwarding.findIndex((one) => one.tag === tag);
    const [done] = at < 0 ? [] : this.own.forwarding.splice(at, 1);
    const held = done && this.held.get(done.handle);
    if (done === undefined || held === undefined) return;
    if (refusal !== null) {
      this.host.refused(this.state, refusal);
      held.nacked = true;
      return this.host.later(this.state, AFTER_REFUSAL, 'not-forwarded', held.parcel);
    }
    this.part(held, { how: 'dead-lettered', reason: done.reason, copies });
    this.acknowledge(held);
  }
  save(): unknown {
    return copyOf({ ...this.own, parcels: [...this.parcels], held: [...this.held], acks: this.acks.save() });
  }
  load(saved: unknown): void {
    const { acks, ...own } = copyOf(saved) as ConsumerSessionState & { readonly acks: readonly AckGroupState[] };
    this.own = own;
    this.parcels = new Map(own.parcels);
    this.held = new Map(own.held);
    this.acks.load(acks);
  }

  // Connections ----------------------------------------------------------------
  protected override attach(a: Attachment): void {
    const { keyShared, type } = subscribeArgs(this.host.config(this.state), this.state.client);
    const refusal = type === 'Key_Shared' && keyShared.mode === 'STICKY' ? checkStickyRanges(keyShared.ranges) : null;
    if (refusal === null) super.attach(a);
    else this.attached(a, refusal);
  }
  protected begin(): void {
    this.own = { ...fresh(this.own.next), slots: this.own.slots };
  }
  protected farewell(): void {
    this.flush();
  }
  protected end(): void {
    this.own = fresh(this.own.next);
    this.parcels.clear();
    this.held.clear();
    this.acks.clear();
  }
  protected opened(a: Attachment): void {
    a.taken = 0;
    this.grant(a);
    this.flush();
  }
  /** The client empties its queue: what it has not handed out will come again. What the application has, it goes on with. */
  protected dropped(a: Attachment): void {
    this.forgetBuffered((parcel) => parcel.partition === a.partition);
    a.taken = 0;
  }
  protected rejected(): void {}
  protected over(): void {}
  protected due(name: string, arg: number): void {
    if (name === 'acks') {
      this.own.grouping = false;
      this.flush();
    } else if (name === 'nack') this.redeliver(arg, 'nack');
    else if (name === 'not-forwarded') this.askAgain(arg, 'nack');
    else if (name === 'ack-timeout' && this.parcels.has(arg)) this.redeliver(arg, 'ack_timeout');
  }
  // Permits --------------------------------------------------------------------
  /** The whole queue at the start; without a queue, what the application asks for. */
  private grant(a: Attachment): void {
    if (a.state !== 'open') return;
    const { queue } = this.reading;
    if (queue > 0) return this.flow(a, this.queueOf(queue));
    // `taken` counts the permits that are out.
    const more = Math.max(0, this.own.slots - a.taken);
    a.taken += more;
    if (more > 0) this.flow(a, more);
  }
  private queueOf(queue: number): number {
    return Math.max(1, Math.min(queue, Math.floor(this.reading.queueOfAll / Math.max(1, this.state.attachments.length))));
  }
  private flow(a: Attachment, permits: number): void {
    this.host.up(this.state, { do: 'flow', session: this.state.id, partition: a.partition, life: a.life, permits });
  }
  /** Room in the queue again: permits are given when half of it is. */
  private giveBack(a: Attachment | undefined, n: number): void {
    if (a === undefined || a.state !== 'open' || n === 0) return;
    const { queue } = this.reading;
    if (queue === 0) {
      a.taken = Math.max(0, a.taken - n);
      return this.grant(a);
    }
    a.taken += n;
    if (a.taken < Math.max(1, Math.floor(this.queueOf(queue) / 2))) return;
    this.flow(a, a.taken);
    a.taken = 0;
  }
  /** The application has taken a message. */
  private started(handle: number): void {
    const { own, reading, host, state } = this;
    own.slots--;
    const held = this.held.get(handle);
    const parcel = held && this.parcels.get(held.parcel);
    if (parcel === undefined) return;
    const a = this.at(parcel.partition);
    if (reading.queue > 0) this.giveBack(a, 1);
    else if (a !== undefined) a.taken = Math.max(0, a.taken - 1);
    const timeout = reading.ackTimeout(parcel.redeliveries);
    if (timeout === 0 || parcel.timed) return;
    parcel.timed = true;
    // The tracker looks once a tick.
    const tick = reading.tick;
    const now = host.now();
    host.later(state, Math.ceil((now + timeout) / tick) * tick - now, 'ack-timeout', parcel.id);
  }
  /** A consumer without a queue cannot take a batch: the client closes it. */
  private closeForGood(a: Attachment): void {
    this.host.up(this.state, { do: 'detach', session: this.state.id, partition: a.partition, life: a.life });
    this.host.refused(this.state, errors.invalidMessage('Unsupported Batch-message with 0 size receiver queue'));
    a.state = 'closed';
    a.life++;
    a.tries = 1;
  }
  // Acknowledgements -----------------------------------------------------------
  private acknowledge(held: Held): void {
    const parcel = this.parcels.get(held.parcel);
    this.forget(held);
    if (parcel === undefined) return;
    const { reading } = this;
    parcel.left--;
    if (reading.cumulative) this.acks.addUpTo(parcel.partition, parcel.left <= 0 ? parcel.position : parcel.position - 1);
    else if (parcel.left <= 0) this.acks.add(parcel.partition, { position: parcel.position, indexes: null });
    else if (reading.batchIndexAck) this.acks.add(parcel.partition, { position: parcel.position, indexes: [held.index] });
    else return;
    if (reading.ackGroupTime === 0 || this.acks.size >= reading.ackGroupSize) return this.flush();
    if (this.own.grouping) return;
    this.own.grouping = true;
    this.host.later(this.state, reading.ackGroupTime, 'acks', 0);
  }
  private flush(): void {
    const { state, host } = this;
    for (const { partition, acks, upTo, farewells } of this.acks.take((one) => this.at(one)?.state === 'open')) {
      const a = this.at(partition);
      if (a === undefined) continue;
      if (state.loseNextAck) {
        // The connection breaks before they are written to it.
        state.loseNextAck = false;
        host.up(state, { do: 'detach', session: state.id, partition, life: a.life });
        this.lost(a, 'pulsar.connection_closed');
      } else host.up(state, { do: 'ack', session: state.id, partition, life: a.life, acks, upTo, farewells });
    }
  }
  /** Tells the history how the application is done with it; the broker knows of an acknowledgement only. */
  private part(held: Held, end: { readonly how: 'dead-lettered' | 'dropped'; readonly reason: string; readonly copies: number }): void {
    const parcel = this.parcels.get(held.parcel);
    if (parcel !== undefined) this.acks.addFarewell(parcel.partition, { position: parcel.position, index: held.index, ...end });
  }
  // Redelivery -----------------------------------------------------------------
  /** redeliverUnacknowledgedMessages of an entry: all messages of a batch come again, unless they were given back too often. */
  private redeliver(id: number, why: 'nack' | 'ack_timeout'): void {
    const { reading } = this;
    const parcel = this.parcels.get(id);
    if (parcel === undefined) return;
    const { deadLetter } = reading;
    if (deadLetter !== null && reading.individual && parcel.redeliveries >= deadLetter.maxRedeliverCount) {
      this.forgetBuffered((one) => one.id === id, false);
      for (const handle of [...parcel.handles]) this.bury(handle, 'pulsar.max_redeliver_count');
      return;
    }
    this.askAgain(id, why);
  }
  private askAgain(id: number, why: 'nack' | 'ack_timeout'): void {
    const { reading, state } = this;
    const parcel = this.parcels.get(id);
    if (parcel === undefined) return;
    const a = this.at(parcel.partition);
    // With one active consumer there is no redelivery of single messages: everything comes again.
    const concerned = (one: Parceled) => (reading.individual ? one.id === id : one.partition === parcel.partition);
    this.forgetBuffered(concerned);
    // What the application still works on it may acknowledge after all.
    for (const handle of [...parcel.handles]) {
      const held = this.held.get(handle);
      if (held?.nacked === true) this.forget(held);
    }
    if (a?.state === 'open') this.host.up(state, { do: 'redeliver', session: state.id, partition: parcel.partition, life: a.life, positions: reading.individual ? [parcel.position] : null, why });
  }
  /** Takes messages out of the queue that the application has not taken. @param forget they are not the consumer's any more */
  private forgetBuffered(which: (parcel: Parceled) => boolean, forget = true): void {
    const { own } = this;
    const back = new Map<string, number>();
    own.buffer = own.buffer.filter(({ handle }) => {
      const held = this.held.get(handle);
      const parcel = held && this.parcels.get(held.parcel);
      if (held === undefined || parcel === undefined || !which(parcel)) return true;
      if (forget) this.forget(held);
      back.set(parcel.partition, (back.get(parcel.partition) ?? 0) + 1);
      return false;
    });
    for (const [partition, n] of back) this.giveBack(this.at(partition), n);
  }
  /** The application says nothing more about it. */
  private forget(held: Held): void {
    this.held.delete(held.handle);
    const parcel = this.parcels.get(held.parcel);
    if (parcel === undefined) return;
    parcel.handles = parcel.handles.filter((handle) => handle !== held.handle);
    if (parcel.handles.length === 0) this.parcels.delete(parcel.id);
  }
  private bury(handle: number, reason: string): void {
    const held = this.held.get(handle);
    const { deadLetter } = this.reading;
    if (held !== undefined && deadLetter !== null) this.forward(held, this.deadLetterTopic(), 0, 0, reason);
  }
  private reconsumeLater(held: Held): void {
    const { reading } = this;
    const times = (this.parcels.get(held.parcel)?.reconsumeTimes ?? 0) + 1;
    const { deadLetter } = reading;
    if (deadLetter !== null && times > deadLetter.maxRedeliverCount) this.forward(held, this.deadLetterTopic(), 0, 0, 'pulsar.max_redeliver_count');
    else this.forward(held, reading.retryTopic(this.topic()), reading.reconsumeAfter, times, 'pulsar.reconsume_later');
  }
  private forward(held: Held, topic: string, deliverAfter: number, times: number, reason: string): void {
    if (this.own.forwarding.some(({ handle }) => handle === held.handle)) return;
    const tag = this.own.next++;
    this.own.forwarding.push({ tag, handle: held.handle, reason });
    this.room.forward(this.state, tag, topic, held.message, deliverAfter, times, held.entry);
  }
  private deadLetterTopic(): string {
    return this.reading.deadLetterTopic(this.topic());
  }
  private topic(): string {
    const own = this.state.attachments.find(({ partition }) => !this.room.isRetryTopic(this.state, partition));
    return (own?.partition ?? '').replace(/-partition-\d+$/, '');
  }
}
