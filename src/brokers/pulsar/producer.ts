/** A Pulsar producer: batches, a queue of what is not confirmed, and what happens when that is full or takes too long. https://pulsar.apache.org/docs/4.0.x/concepts-messaging/#producers */
import type { PublishListener, PublishSession, Refusal } from '../contract.ts';
import { copyOf } from '../../base/copy.ts';
import { Client, type ClientHost } from './client.ts';
import { errors } from './errors.ts';
import { type Batch, gather, hasRoom, isFull, type Lane, laneOf, type Pending, takeBatches } from './lane.ts';
import type { SendArgs } from './producing.ts';
import { choosePartition, type Routing } from './router.ts';
import type { Attachment, ClientState } from './traffic.ts';

export interface ProducerHost extends ClientHost {
  size(message: number): number;
  /** The words of its key; null = it has none. */
  keyOf(message: number): string | null;
  maxMessageSize(): number;
  /** A whole number below `n`. */
  draw(state: ClientState, n: number): number;
}
export interface ProducerState {
  lanes: Lane[];
  /** bytes without an outcome */
  bytes: number;
  nextTag: number;
  sequence: number;
  turn: number;
  start: number;
  full: boolean;
  blocked: boolean;
  /** The connection was there once: messages are taken although it is gone. */
  ready: boolean;
  fenced: boolean;
  /** Messages whose batch was larger than maxMessageSize: they are about to be told so. */
  tooLarge: (readonly [message: number, size: number])[];
}
const fresh = (): ProducerState => ({ lanes: [], bytes: 0, nextTag: 0, sequence: 0, turn: 0, start: -1, full: false, blocked: false, ready: false, fenced: false, tooLarge: [] });
const named = (refusal: Refusal): Refusal => ({ ...refusal, name: `pulsar.${refusal.name}` });
const tooLarge = (size: number, most: number): Refusal => named(errors.invalidMessage(`Message size ${size} is bigger than ${most} bytes`));

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
    if (own.fenced) return named(errors.producerFenced('Producer was fenced'));
    if (!own.ready || !state.wanted) return 'full';
    const size = room.size(message);
    const lane = this.lane(this.route(message));
    const most = this.number('maxPendingMessages', 0);
    const tooMany = most > 0 && lane.open >= most;
    // One message may go over the limit.
    const memory = this.number('memoryLimitBytes', 67_108_864);
    if (tooMany || (memory > 0 && own.bytes > memory)) {
      if (room.config(state)['blockIfQueueFull'] !== true) return named(tooMany ? errors.queueFull('Producer send queue is full') : errors.memoryFull('Client memory buffer is full'));
      own.full = true;
      this.block('pulsar.queue_full');
      return 'full';
    }
    own.turn++;
    const alone = !this.batching || this.number('deliverAfter', 0) > 0;
    if (alone && size > room.maxMessageSize()) return tooLarge(size, room.maxMessageSize());
    lane.open++;
    own.bytes += size;
    this.take(lane, message, size, alone);
    return 'taken';
  }
  /** Sends what is gathered. */
  flush(): void {
    for (const lane of this.own.lanes) this.sendBatches(lane);
  }
  receipt(partition: string, tag: number, refusal: Refusal | null): void {
    const lane = this.lane(partition);
    const at = lane.pending.findIndex((one) => one.tag === tag);
    if (at < 0) return;
    if (refusal === null) {
      const [done] = lane.pending.splice(at, 1);
      if (done !== undefined) this.finish(lane, done.args, 'confirmed');
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
  /** What is only gathered is not sent any more. */
  protected farewell(): void {
    for (const lane of this.own.lanes) for (const batch of takeBatches(lane)) this.finish(lane, batch, named(errors.alreadyClosed('The producer was already closed')));
  }
  protected end(): void {
    const { own } = this;
    for (const lane of own.lanes) this.failAll(lane, 'unknown');
    this.unblock();
    own.ready = false;
  }
  protected opened(a: Attachment): void {
    const { own } = this;
    const lane = this.lane(a.partition);
    for (const one of lane.pending) this.ship(a, one);
    // What was gathered meanwhile.
    lane.planned = true;
    this.host.later(this.state, 0, 'batches', 0, a.partition);
    if (!this.state.attachments.every((each) => each.state === 'open' || own.ready)) return;
    own.ready = true;
    if (!own.full) this.unblock();
    this.listener.room();
  }
  protected dropped(): void {}
  protected rejected(a: Attachment, refusal: Refusal): void {
    if (refusal.name === 'ProducerBlockedQuotaExceededException') this.failAll(this.lane(a.partition), named(refusal));
    if (refusal.name.startsWith('ProducerBlockedQuota')) this.block('pulsar.backlog_quota');
  }
  protected over(_: Attachment, refusal: Refusal): void {
    this.own.fenced = true;
    for (const lane of this.own.lanes) this.failAll(lane, named(refusal));
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
  protected due(name: string, _arg: number, partition: string): void {
    const lane = this.lane(partition);
    if (name === 'batches') this.batchesDue(lane);
    else if (name === 'send-timeout') this.timedOut(lane);
    else if (name === 'too-large') {
      for (const [message, size] of this.own.tooLarge.splice(0)) this.listener.outcome(message, tooLarge(size, this.room.maxMessageSize()));
      this.tellRoom();
    }
  }

  private get batching(): boolean {
    return this.room.config(this.state)['batchingEnabled'] !== false;
  }
  private key(message: number): string | null {
    return this.room.config(this.state)['key'] === false ? null : this.room.keyOf(message);
  }
  /** The partition that a message goes to. */
  private route(message: number): string {
    const { own, room, state } = this;
    const config = room.config(state);
    const names = state.attachments.map((a) => a.partition);
    if (own.start < 0) own.start = room.draw(state, Math.max(1, names.length));
    const routing: Routing = {
      mode: config['messageRoutingMode'] === 'SinglePartition' ? 'SinglePartition' : 'RoundRobinPartition',
      scheme: config['hashingScheme'] === 'Murmur3_32Hash' ? 'Murmur3_32Hash' : 'JavaStringHash',
      batching: this.batching,
      publishDelay: this.publishDelay,
    };
    return names[choosePartition(routing, this.key(message), names.length, own.turn, own.start, room.now())] ?? names[0] ?? '';
  }
  private take(lane: Lane, message: number, size: number, alone: boolean): void {
    const { own, room, state } = this;
    const key = this.key(message);
    const sequence = own.sequence++;
    if (!lane.timing) this.watch(lane, this.number('sendTimeoutMs', 30_000) * 1000);
    // What is to be delivered later goes alone.
    if (alone) {
      this.sendBatches(lane);
      const deliverAfter = this.number('deliverAfter', 0) * 1000;
      return this.seal(lane, { messages: [message], bytes: size, last: sequence }, key, deliverAfter > 0 ? room.now() + deliverAfter : -1);
    }
    const limits = { messages: this.number('batchingMaxMessages', 1000), bytes: this.number('batchingMaxBytes', 131_072) };
    if (!hasRoom(lane, size, limits)) this.sendBatches(lane);
    gather(lane, room.now(), room.config(state)['batcherBuilder'] === 'KEY_BASED' ? key : null, { message, size, sequence });
    if (isFull(lane, limits)) this.sendBatches(lane);
    else this.plan(lane, this.publishDelay);
  }
  private get publishDelay(): number {
    return this.number('batchingMaxPublishDelayMicros', 1000);
  }
  private plan(lane: Lane, delay: number): void {
    if (lane.planned || this.at(lane.partition)?.state !== 'open') return;
    lane.planned = true;
    this.room.later(this.state, delay, 'batches', 0, lane.partition);
  }
  /** Batches go the publish delay after the last ones did; at first, after the producer was connected. */
  private batchesDue(lane: Lane): void {
    lane.planned = false;
    if (this.at(lane.partition)?.state !== 'open') return;
    const now = this.room.now();
    if (lane.sentAt < 0) lane.sentAt = now;
    const left = lane.sentAt + this.publishDelay - now;
    if (left > 0) return this.plan(lane, left);
    if (lane.gathered === 0) return;
    this.sendBatches(lane);
    this.plan(lane, this.publishDelay);
  }
  private sendBatches(lane: Lane): void {
    if (lane.gathered === 0) return;
    lane.sentAt = this.room.now();
    // A batch has the key of its first message.
    for (const batch of takeBatches(lane)) this.seal(lane, batch, this.key(batch.messages[0] ?? 0), -1);
  }
  private seal(lane: Lane, { messages, bytes, last }: Omit<Batch, 'key'>, key: string | null, deliverAt: number): void {
    const { own, room, state } = this;
    if (bytes > room.maxMessageSize()) {
      own.tooLarge.push(...messages.map((message) => [message, bytes] as const));
      this.free(lane, messages.length, bytes);
      return room.later(state, 0, 'too-large', 0, lane.partition);
    }
    const name = room.config(state)['producerName'];
    const args: SendArgs = { messages, bytes, producer: typeof name === 'string' && name !== '' ? name : state.id, sequence: last, key, deliverAt };
    const one: Pending = { tag: own.nextTag++, args, since: room.now() };
    lane.pending.push(one);
    const a = this.at(lane.partition);
    if (a?.state === 'open') this.ship(a, one);
  }
  private ship(a: Attachment, { tag, args }: Pending): void {
    this.host.up(this.state, { do: 'send', session: this.state.id, partition: a.partition, life: a.life, tag, args }, args.messages);
  }
  private watch(lane: Lane, delay: number): void {
    lane.timing = delay > 0;
    if (lane.timing) this.room.later(this.state, delay, 'send-timeout', 0, lane.partition);
  }
  /** When the first has waited for sendTimeoutMs, all that wait are given up: nobody knows what becomes of them. */
  private timedOut(lane: Lane): void {
    const timeout = this.number('sendTimeoutMs', 30_000) * 1000;
    lane.timing = false;
    if (lane.open === 0 || timeout === 0) return;
    // What is only gathered has waited since it should have been sent.
    const since = lane.pending[0]?.since ?? lane.since + this.publishDelay;
    const left = since + timeout - this.host.now();
    if (left > 0) return this.watch(lane, left);
    this.failAll(lane, 'unknown');
  }
  private failAll(lane: Lane, outcome: 'unknown' | Refusal): void {
    for (const { args } of lane.pending.splice(0)) this.finish(lane, args, outcome);
    for (const batch of takeBatches(lane)) this.finish(lane, batch, outcome);
  }
  private finish(lane: Lane, { messages, bytes }: Pick<Batch, 'messages' | 'bytes'> | SendArgs, outcome: 'confirmed' | 'unknown' | Refusal): void {
    this.free(lane, messages.length, bytes);
    for (const message of messages) this.listener.outcome(message, outcome);
    this.tellRoom();
  }
  private free(lane: Lane, messages: number, bytes: number): void {
    lane.open -= messages;
    this.own.bytes -= bytes;
  }
  private tellRoom(): void {
    const { own } = this;
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
  private lane(partition: string): Lane {
    let lane = this.own.lanes.find((one) => one.partition === partition);
    if (lane === undefined) this.own.lanes.push((lane = laneOf(partition)));
    return lane;
  }
}
