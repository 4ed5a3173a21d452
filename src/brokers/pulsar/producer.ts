/** A Pulsar producer: batches, a queue of what is not confirmed, and what happens when that is full or takes too long. https://pulsar.apache.org/docs/4.0.x/concepts-messaging/#producers */
import type { PublishListener, PublishSession, Refusal } from '../contract.ts';
import { copyOf } from '../../base/copy.ts';
import { Client, type ClientHost } from './client.ts';
import { errors } from './errors.ts';
import type { SendArgs } from './producing.ts';
import { choosePartition } from './router.ts';
import type { Attachment, ClientState } from './traffic.ts';

export interface ProducerHost extends ClientHost {
  size(message: number): number;
  /** The words of its key. */
  keyOf(message: number): string;
  maxMessageSize(): number;
  /** A whole number below `n`. */
  draw(state: ClientState, n: number): number;
}
interface Batch {
  readonly partition: string;
  /** For the key-based builder: one batch for each key. */
  readonly key: string | null;
  messages: number[];
  bytes: number;
}
/** One entry that is sent and not confirmed. */
interface Pending {
  readonly tag: number;
  readonly args: SendArgs;
  readonly since: number;
}
export interface ProducerState {
  batches: Batch[];
  pending: (readonly [partition: string, Pending[]])[];
  /** Messages, and bytes, without an outcome. */
  open: number;
  bytes: number;
  nextTag: number;
  sequence: number;
  turn: number;
  start: number;
  full: boolean;
  blocked: boolean;
  /** The connection was there once: messages are taken although it is gone. */
  ready: boolean;
  fenced: string | null;
  /** Incarnation of the timer that ends batches. */
  linger: number;
  /** Partitions of which the send timeout is watched. */
  timing: string[];
}
const fresh = (): ProducerState => ({ batches: [], pending: [], open: 0, bytes: 0, nextTag: 0, sequence: 0, turn: 0, start: -1, full: false, blocked: false, ready: false, fenced: null, linger: 0, timing: [] });
const named = (refusal: Refusal): Refusal => ({ ...refusal, name: `pulsar.${refusal.name}` });

export class PulsarProducer extends Client implements PublishSession {
  readonly awaited = true;
  private readonly listener: PublishListener;
  private readonly room: ProducerHost;
  private own = fresh();
  constructor(state: ClientState, host: ProducerHost, listener: PublishListener) {
    super(state, host);
    this.room = host;
    this.listener = listener;
  }
  send(message: number, _attempt: number): 'taken' | 'full' | Refusal {
    const { own, room, state } = this;
    if (own.fenced !== null) return named(errors.alreadyClosed(`Producer was closed: ${own.fenced}`));
    if (!own.ready || !state.wanted) return 'full';
    const size = room.size(message);
    if (size > room.maxMessageSize()) return named(errors.invalidMessage(`The producer can not send a ${size} bytes message: it exceeds ${room.maxMessageSize()} bytes`));
    const most = this.number('maxPendingMessages', 0);
    const memory = this.number('memoryLimitBytes', 67_108_864);
    const tooMany = most > 0 && own.open >= most;
    if (tooMany || (memory > 0 && own.bytes + size > memory)) {
      if (room.config(state)['blockIfQueueFull'] !== true) return named(tooMany ? errors.queueFull('Producer send queue is full') : errors.memoryFull('Client memory buffer is full'));
      own.full = true;
      this.block('pulsar.queue_full');
      return 'full';
    }
    own.open++;
    own.bytes += size;
    this.take(message, size);
    return 'taken';
  }
  receipt(partition: string, tag: number, refusal: Refusal | null): void {
    const pending = this.pendingOf(partition);
    const at = pending.findIndex((one) => one.tag === tag);
    if (at < 0) return;
    if (refusal === null) {
      const [done] = pending.splice(at, 1);
      if (done !== undefined) this.finish(done, 'confirmed');
      return;
    }
    this.host.refused(this.state, refusal);
    // The client takes it for a passing failure: it connects anew and sends everything again.
    const a = this.at(partition);
    if (a?.state !== 'open') return;
    this.host.up(this.state, { do: 'detach', session: this.state.id, partition, life: a.life });
    this.lost(a, `pulsar.${refusal.name}`);
  }
  save(): unknown {
    return copyOf(this.own);
  }
  load(saved: unknown): void {
    this.own = copyOf(saved) as ProducerState;
  }

  protected begin(): void {
    this.own = { ...fresh(), nextTag: this.own.nextTag, sequence: this.own.sequence };
  }
  protected farewell(): void {
    this.flushAll();
  }
  protected end(): void {
    const { own } = this;
    for (const [, pending] of own.pending) for (const one of pending.splice(0)) this.finish(one, 'unknown');
    for (const { messages } of own.batches.splice(0)) for (const message of messages) this.listener.outcome(message, 'unknown');
    this.unblock();
    own.ready = false;
  }
  protected opened(a: Attachment): void {
    const { own } = this;
    for (const one of this.pendingOf(a.partition)) this.ship(a, one);
    if (!this.state.attachments.every((each) => each.state === 'open' || own.ready)) return;
    own.ready = true;
    if (!own.full) this.unblock();
    this.listener.room();
  }
  protected dropped(): void {}
  protected rejected(a: Attachment, refusal: Refusal): void {
    if (refusal.name === 'ProducerBlockedQuotaExceededException') this.failAll(a.partition, named(refusal));
    if (refusal.name.startsWith('ProducerBlockedQuota')) this.block('pulsar.backlog_quota');
  }
  protected over(_: Attachment, refusal: Refusal): void {
    this.own.fenced = refusal.name;
    for (const [partition] of [...this.own.pending]) this.failAll(partition, named(refusal));
    // Whoever waits for room is told that there is none any more.
    this.own.ready = true;
    this.unblock();
    this.listener.room();
  }
  override lost(a: Attachment, why: string): void {
    if (why !== 'pulsar.ProducerFenced') return super.lost(a, why);
    a.state = 'closed';
    a.life++;
    this.over(a, errors.producerFenced('Producer was fenced'));
  }
  protected due(name: string, arg: number, partition: string): void {
    if (name === 'linger' && arg === this.own.linger) this.flushAll();
    else if (name === 'send-timeout') this.timedOut(partition);
  }

  private take(message: number, size: number): void {
    const { own, room, state } = this;
    const config = room.config(state);
    const key = config['key'] === false ? null : room.keyOf(message);
    const batching = config['batchingEnabled'] !== false;
    const names = state.attachments.map((a) => a.partition);
    if (own.start < 0) own.start = room.draw(state, Math.max(1, names.length));
    const routing = { mode: config['messageRoutingMode'] === 'SinglePartition', scheme: config['hashingScheme'] === 'Murmur3_32Hash' };
    const delay = this.number('batchingMaxPublishDelayMicros', 1000);
    const chosen = choosePartition({ mode: routing.mode ? 'SinglePartition' : 'RoundRobinPartition', scheme: routing.scheme ? 'Murmur3_32Hash' : 'JavaStringHash', batching, publishDelay: delay }, key, names.length, own.turn++, own.start, room.now());
    const partition = names[chosen] ?? names[0] ?? '';
    const deliverAfter = this.number('deliverAfter', 0) * 1000;
    // What is to be delivered later goes alone.
    if (!batching || deliverAfter > 0) return this.seal({ partition, key, messages: [message], bytes: size }, key, deliverAfter > 0 ? room.now() + deliverAfter : -1);
    const group = config['batcherBuilder'] === 'KEY_BASED' ? key : null;
    let batch = own.batches.find((one) => one.partition === partition && one.key === group);
    if (batch !== undefined && batch.bytes + size > this.number('batchingMaxBytes', 131_072)) {
      this.flush(batch);
      batch = undefined;
    }
    if (batch === undefined) {
      if (own.batches.length === 0) room.later(state, delay, 'linger', ++own.linger);
      own.batches.push((batch = { partition, key: group, messages: [], bytes: 0 }));
    }
    batch.messages.push(message);
    batch.bytes += size;
    if (batch.messages.length >= this.number('batchingMaxMessages', 1000) || batch.bytes >= this.number('batchingMaxBytes', 131_072)) this.flush(batch);
  }
  private flushAll(): void {
    for (const batch of [...this.own.batches]) this.flush(batch);
  }
  private flush(batch: Batch): void {
    const { own, room } = this;
    own.batches = own.batches.filter((one) => one !== batch);
    // A batch has the key of its first message.
    this.seal(batch, room.config(this.state)['key'] === false ? null : room.keyOf(batch.messages[0] ?? 0), -1);
  }
  private seal({ partition, messages, bytes }: Batch, key: string | null, deliverAt: number): void {
    const { own, room, state } = this;
    own.sequence += messages.length;
    const name = room.config(state)['producerName'];
    const args: SendArgs = { messages, bytes, producer: typeof name === 'string' && name !== '' ? name : state.id, sequence: own.sequence - 1, key, deliverAt };
    const one: Pending = { tag: own.nextTag++, args, since: room.now() };
    const pending = this.pendingOf(partition);
    pending.push(one);
    const timeout = this.number('sendTimeoutMs', 30_000) * 1000;
    if (timeout > 0 && !own.timing.includes(partition)) {
      own.timing.push(partition);
      room.later(state, timeout, 'send-timeout', 0, partition);
    }
    const a = this.at(partition);
    if (a?.state === 'open') this.ship(a, one);
  }
  private ship(a: Attachment, { tag, args }: Pending): void {
    this.host.up(this.state, { do: 'send', session: this.state.id, partition: a.partition, life: a.life, tag, args }, args.messages);
  }
  /** When the first has waited for sendTimeoutMs, all that wait are given up: nobody knows what becomes of them. */
  private timedOut(partition: string): void {
    const pending = this.pendingOf(partition);
    const [first] = pending;
    const timeout = this.number('sendTimeoutMs', 30_000) * 1000;
    this.own.timing = this.own.timing.filter((one) => one !== partition);
    if (first === undefined || timeout === 0) return;
    const left = first.since + timeout - this.host.now();
    if (left > 0) {
      this.own.timing.push(partition);
      return this.host.later(this.state, left, 'send-timeout', 0, partition);
    }
    for (const one of pending.splice(0)) this.finish(one, 'unknown');
  }
  private failAll(partition: string, refusal: Refusal): void {
    for (const one of this.pendingOf(partition).splice(0)) this.finish(one, refusal);
  }
  private finish({ args }: Pending, outcome: 'confirmed' | 'unknown' | Refusal): void {
    const { own } = this;
    own.open -= args.messages.length;
    own.bytes -= args.bytes;
    for (const message of args.messages) this.listener.outcome(message, outcome);
    if (!own.full) return;
    own.full = false;
    this.unblock();
    this.listener.room();
  }
  private block(why: string): void {
    if (this.own.blocked) return;
    this.own.blocked = true;
    this.listener.blocked(why);
  }
  private unblock(): void {
    if (!this.own.blocked) return;
    this.own.blocked = false;
    this.listener.unblocked();
  }
  private pendingOf(partition: string): Pending[] {
    const known = this.own.pending.find(([name]) => name === partition);
    if (known !== undefined) return known[1];
    const made: Pending[] = [];
    this.own.pending.push([partition, made]);
    return made;
  }
}
