/**
 * A Kafka producer: send(), partitions, metadata and ids. https://kafka.apache.org/44/configuration/producer-configs/
 * Batches go out in sender.ts, transactions are in transaction-manager.ts; the broker's side is produces.ts and transactions.ts.
 */
import type { PublishListener, PublishSession, Refusal } from '../contract.ts';
import { type Accumulator, recordBytes } from './accumulator.ts';
import type { ClientHost, ClientState } from './connection.ts';
import { refusal } from './errors.ts';
import { utf8 } from './murmur2.ts';
import { partitionOf, RoundRobinPartitioner, StickyPartitioner, type StickyState, type TopicMetadata, UNKNOWN_PARTITION } from './partitioner.ts';
import { ProducerContext, type ProducerState } from './producer-context.ts';
import type { Response } from './protocol.ts';
import { Sender } from './sender.ts';
import { TransactionManager } from './transaction-manager.ts';

export interface ProducerSessionState {
  readonly state: ProducerState;
  readonly accumulator: ReturnType<Accumulator['save']>;
  readonly sticky: StickyState | null;
  readonly turn: number;
}

export class KafkaProducer implements PublishSession {
  readonly client: ClientState;
  private readonly context: ProducerContext;
  private readonly transactions: TransactionManager;
  private readonly sender: Sender;
  private sticky: StickyPartitioner | undefined;
  private readonly turns = new RoundRobinPartitioner();

  constructor(client: ClientState, host: ClientHost, listener: PublishListener) {
    this.client = client;
    this.context = new ProducerContext(client, host, listener);
    this.transactions = new TransactionManager(
      this.context,
      () => this.sender.drain(),
      () => {
        this.close();
        this.open();
      },
    );
    this.sender = new Sender(this.context, this.transactions, () => this.ask());
  }
  get awaited(): boolean {
    return this.context.acks !== 0;
  }
  open(): void {
    if (this.client.wanted) return;
    this.client.wanted = true;
    this.client.life++;
    this.context.reset();
    this.sticky = undefined;
    this.ask();
    if (this.context.idempotent) this.initialise();
  }
  close(): void {
    if (!this.client.wanted) return;
    this.client.wanted = false;
    this.client.life++;
    this.context.accumulator.clear();
    this.context.reset();
  }
  send(message: number): 'taken' | 'full' | Refusal {
    const { context } = this;
    const { state, accumulator } = context;
    if (state.dead) return refusal(state.dead);
    if (!this.client.wanted) return 'full';
    if (state.throws) {
      state.throws = false;
      return refusal('TimeoutException');
    }
    const size = this.sizeOf(message);
    if (recordBytes(size) > context.number('max.request.size', 1_048_576)) return refusal('RecordTooLargeException');
    const room = accumulator.used + recordBytes(size) <= context.number('buffer.memory', 33_554_432);
    const ready = state.leaders !== null && state.leaders.length > 0 && !(context.idempotent && state.producerId < 0) && state.transaction !== 'ending';
    if (!room || !ready) {
      this.full(room);
      return 'full';
    }
    state.fullSince = -1;
    if (context.transactionalId !== null && state.transaction === 'none') this.transactions.begin();
    const { partition, key } = this.choose(message);
    const batch = accumulator.add(partition, { message, key, size, time: context.now }, context.batchSize, context.now);
    if (batch) {
      context.later(context.span('linger.ms', 5), 'linger', batch.id);
      context.later(context.span('delivery.timeout.ms', 120_000), 'delivery', batch.id);
    }
    this.sender.drain();
    return 'taken';
  }
  answered(correlation: number, response: Response): void {
    switch (response.api) {
      case 'Metadata':
        this.learn(response.error === 'NONE' ? (response.topics[this.context.topic] ?? []) : []);
        break;
      case 'InitProducerId':
        this.initialised(response);
        break;
      case 'Produce':
        this.sender.answered(correlation, response);
        break;
      case 'EndTxn':
        this.transactions.ended(response);
    }
  }
  timer(name: string, arg: number): void {
    const { context } = this;
    const { state, listener } = context;
    switch (name) {
      case 'throttle over':
      case 'linger':
      case 'retry':
        this.sender.drain();
        break;
      case 'room':
        state.roomDue = false;
        if (state.transaction === 'ending') return;
        state.fullSince = -1;
        listener.unblocked();
        listener.room();
        break;
      case 'no metadata':
        if (!state.asking || arg !== state.asked) return;
        state.asking = false;
        this.ask();
        break;
      case 'no id':
        if (!state.initialising || arg !== state.idAsked) return;
        state.initialising = false;
        this.initialise();
        break;
      case 'initialise':
        this.initialise();
        break;
      case 'refresh':
        state.refreshing = false;
        this.ask();
        break;
      case 'age':
        this.ask();
        context.later(context.span('metadata.max.age.ms', 300_000), 'age', 0);
        break;
      case 'end transaction':
        this.transactions.mayEnd();
        break;
      case 'request':
        this.sender.timedOut(arg);
        break;
      case 'delivery':
        this.sender.expired(arg);
        break;
      case 'block':
        if (state.fullSince < 0 || context.now - state.fullSince < context.span('max.block.ms', 60_000)) return;
        state.fullSince = -1;
        state.throws = true;
        listener.room();
        break;
      case 'commit':
        this.transactions.commit();
    }
  }
  /** The application gives the open transaction up. @returns whether there was one */
  abort(): boolean {
    return this.transactions.abort();
  }
  save(): ProducerSessionState {
    return { state: this.context.save(), accumulator: this.context.accumulator.save(), sticky: this.sticky?.save() ?? null, turn: this.turns.save() };
  }
  load({ state, accumulator, sticky, turn }: ProducerSessionState): void {
    this.turns.load(turn);
    this.context.load(state);
    this.context.accumulator.load(accumulator);
    this.sticky = undefined;
    if (sticky) this.stickyPartitioner().load(sticky);
  }
  /** bytes of its value: none of a tombstone */
  private sizeOf(message: number): number {
    const { context } = this;
    const share = context.number('tombstones', 0);
    if (share > 0 && context.host.luck(this.client, 'tombstones').next() < share) return 0;
    return context.host.host.messages.size(message);
  }
  // Partitions -----------------------------------------------------------------
  private stickyPartitioner(): StickyPartitioner {
    return (this.sticky ??= new StickyPartitioner(this.context.batchSize, this.context.host.luck(this.client, 'partitioner')));
  }
  private choose(message: number): { readonly partition: number; readonly key: number } {
    const { context } = this;
    const { config, state } = context;
    const { host } = context.host;
    const leaders = state.leaders ?? [];
    const topic: TopicMetadata = { partitions: leaders.length, available: leaders.flatMap((l, i) => (l >= 0 ? [i] : [])) };
    const keyed = config['keyed'] !== false;
    const key = keyed ? utf8(host.keyName(message)) : null;
    const found = partitionOf({ key }, topic, config['partitioner.ignore.keys'] === true);
    const number = keyed ? host.messages.key(message) : -1;
    if (config['partitioner.class'] === 'RoundRobinPartitioner') return { partition: this.turns.partition(topic), key: number };
    if (found !== UNKNOWN_PARTITION) return { partition: found, key: number };
    const sticky = this.stickyPartitioner();
    const partition = sticky.partition(topic);
    const size = host.messages.size(message);
    sticky.appended(recordBytes(size), topic, !context.accumulator.fits(partition, size, context.batchSize));
    return { partition, key: number };
  }
  // Metadata and ids -----------------------------------------------------------
  private ask(): void {
    const { context } = this;
    if (context.state.asking) return;
    context.state.asking = true;
    context.host.request(this.client, -1, { api: 'Metadata', topics: [context.topic] }, []);
    context.later(context.span('request.timeout.ms', 30_000), 'no metadata', ++context.state.asked);
  }
  private learn(leaders: readonly number[]): void {
    const { context } = this;
    const { state } = context;
    state.asking = false;
    const first = state.leaders === null;
    if (leaders.length > 0) state.leaders = leaders;
    if ((leaders.length === 0 || leaders.includes(-1)) && !state.refreshing) {
      state.refreshing = true;
      context.later(Math.max(1, context.number('retry.backoff.ms', 100)) * 1000, 'refresh', 0);
    }
    // Partitions that are added meanwhile are seen when metadata.max.age.ms is over.
    if (first) context.later(context.span('metadata.max.age.ms', 300_000), 'age', 0);
    this.sender.drain();
    context.freed();
  }
  private initialise(): void {
    const { context } = this;
    if (context.state.initialising) return;
    context.state.initialising = true;
    context.host.request(this.client, -1, { api: 'InitProducerId', transactionalId: context.transactionalId, transactionTimeout: context.span('transaction.timeout.ms', 60_000) }, []);
    context.later(context.span('request.timeout.ms', 30_000), 'no id', ++context.state.idAsked);
  }
  private initialised({ error, producerId, producerEpoch }: Extract<Response, { api: 'InitProducerId' }>): void {
    const { context } = this;
    const { state } = context;
    if (!state.initialising) return;
    state.initialising = false;
    if (error !== 'NONE') return context.later(context.span('retry.backoff.ms', 100), 'initialise', 0);
    Object.assign(state, { producerId, epoch: producerEpoch, sequences: [] });
    context.freed();
  }
  /** send() blocks up to max.block.ms for metadata, an id or buffer memory. */
  private full(room: boolean): void {
    const { context } = this;
    const { state } = context;
    if (state.fullSince >= 0) return;
    state.fullSince = context.now;
    context.later(context.span('max.block.ms', 60_000), 'block', 0);
    if (!room) context.listener.blocked('kafka.buffer_memory');
    this.sender.drain();
  }
}
