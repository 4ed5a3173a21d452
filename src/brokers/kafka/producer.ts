/**
 * A Kafka producer: send(), partitions, metadata and ids. https://kafka.apache.org/44/configuration/producer-configs/
 * Batches go out in sender.ts, transactions are in transaction-manager.ts; the broker's side is produces.ts and transactions.ts.
 */
import type { PublishListener, PublishSession, Refusal } from '../contract.ts';
import { Accumulator, recordBytes } from './accumulator.ts';
import type { ClientHost, ClientState } from './connection.ts';
import { refusal } from './errors.ts';
import { BATCH_OVERHEAD } from './log-records.ts';
import { murmur2, utf8 } from './murmur2.ts';
import { partitionForHash, RoundRobinPartitioner, StickyPartitioner, type StickyState, type TopicMetadata } from './partitioner.ts';
import { ProducerContext, type ProducerState } from './producer-context.ts';
import type { Response } from './protocol.ts';
import { Sender, type SenderState } from './sender.ts';
import { TransactionManager } from './transaction-manager.ts';

export interface ProducerSessionState {
  readonly state: ProducerState;
  readonly accumulator: ReturnType<Accumulator['save']>;
  readonly sticky: StickyState | null;
  readonly turn: number;
  readonly sender: SenderState;
}

export class KafkaProducer implements PublishSession {
  readonly client: ClientState;
  private readonly context: ProducerContext;
  private readonly transactions: TransactionManager;
  private readonly sender: Sender;
  private sticky: StickyPartitioner | undefined;
  private readonly turns = new RoundRobinPartitioner();
  /** Of keys, by their numbers. */
  private readonly hashes = new Map<number, number>();
  /** What the leaders it knows come to. */
  private metadata: { readonly of: readonly number[] | null; readonly topic: TopicMetadata } = { of: null, topic: { partitions: 0, available: [] } };

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
    return this.context.settings.acks !== 0;
  }
  open(): void {
    if (this.client.wanted) return;
    this.client.wanted = true;
    this.client.life++;
    this.context.reset();
    this.sender.reset();
    this.sticky = undefined;
    this.ask();
    if (this.context.settings.idempotent) this.initialise();
  }
  close(): void {
    if (!this.client.wanted) return;
    this.client.wanted = false;
    this.client.life++;
    this.context.accumulator.clear();
    this.context.reset();
    this.sender.reset();
  }
  send(message: number): 'taken' | 'full' | Refusal {
    const { context } = this;
    const { state, accumulator, settings } = context;
    if (state.dead) return refusal(state.dead);
    if (!this.client.wanted) return 'full';
    if (state.throws) {
      const why = state.throws;
      state.throws = null;
      // Whatever fails in a transaction, it can only be aborted.
      if (state.transaction === 'open') this.transactions.batchFailed();
      return refusal(why);
    }
    const size = this.sizeOf(message);
    if (recordBytes(size) > settings.maxRequestSize) return refusal('RecordTooLargeException');
    const ready = state.leaders !== null && state.leaders.length > 0 && !(settings.idempotent && state.producerId < 0) && state.transaction !== 'ending';
    if (!ready) return this.full('metadata');
    const turn = this.turns.save();
    const { partition, key, sticky } = this.choose(message, size);
    if (!accumulator.fits(partition, size) && accumulator.used + Accumulator.buffer(size, settings.batchSize) > settings.bufferMemory) {
      // It is asked for the same record again.
      this.turns.load(turn);
      return this.full('buffer memory');
    }
    state.fullSince = -1;
    if (settings.transactionalId !== null && state.transaction === 'none') this.transactions.begin();
    const batch = accumulator.add(partition, { message, key, size, time: context.now }, settings.batchSize, context.now);
    if (batch) {
      context.later(settings.linger, 'linger', batch.id);
      this.sender.watch(batch);
    }
    sticky?.appended(recordBytes(size) + (batch ? BATCH_OVERHEAD : 0), this.topicMetadata(), accumulator.allFull(partition));
    this.sender.added(partition);
    return 'taken';
  }
  answered(correlation: number, response: Response): void {
    switch (response.api) {
      case 'Metadata':
        this.learn(response.error === 'NONE' ? (response.topics[this.context.topic] ?? []) : []);
        break;
      case 'InitProducerId':
        this.identified(response);
        break;
      case 'Produce':
        this.sender.answered(correlation, response);
        break;
      case 'EndTxn':
        this.transactions.ended(correlation, response);
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
        state.owesRoom = false;
        listener.unblocked();
        listener.room();
        // Whoever still finds none has been blocked all the while.
        if (!state.owesRoom) state.fullSince = -1;
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
        context.later(context.settings.metadataMaxAge, 'age', 0);
        break;
      case 'no end':
        this.transactions.unanswered(arg);
        break;
      case 'end transaction':
        this.transactions.mayEnd();
        break;
      case 'request':
        this.sender.requestsDue(arg);
        break;
      case 'delivery':
        this.sender.deliveriesDue(arg);
        break;
      case 'block':
        if (state.fullSince < 0 || context.now - state.fullSince < context.settings.maxBlock) return;
        state.fullSince = -1;
        state.throws = state.fullOf === 'buffer memory' ? 'BufferExhaustedException' : 'TimeoutException';
        listener.room();
        break;
      case 'commit':
        this.transactions.commit();
    }
  }
  get transaction(): ProducerState['transaction'] {
    return this.context.state.transaction;
  }
  /** It has its id. */
  get initialised(): boolean {
    return this.context.state.producerId >= 0;
  }
  /** The application ends the open transaction. */
  commit(): void {
    this.transactions.commit();
  }
  /** The application gives the open transaction up. @returns whether there was one */
  abort(): boolean {
    return this.transactions.abort();
  }
  save(): ProducerSessionState {
    return { state: this.context.save(), accumulator: this.context.accumulator.save(), sticky: this.sticky?.save() ?? null, turn: this.turns.save(), sender: this.sender.save() };
  }
  load({ state, accumulator, sticky, turn, sender }: ProducerSessionState): void {
    this.sender.load(sender);
    this.turns.load(turn);
    this.context.load(state);
    this.context.accumulator.load(accumulator);
    this.sticky = undefined;
    if (sticky) this.stickyPartitioner().load(sticky);
  }
  /** bytes of its value: none of a tombstone */
  private sizeOf(message: number): number {
    const { context } = this;
    const share = context.settings.tombstones;
    if (share > 0 && context.host.luck(this.client, 'tombstones').next() < share) return 0;
    return context.host.host.messages.size(message);
  }
  // Partitions -----------------------------------------------------------------
  private stickyPartitioner(): StickyPartitioner {
    return (this.sticky ??= new StickyPartitioner(this.context.settings.batchSize, this.context.host.luck(this.client, 'partitioner')));
  }
  private choose(message: number, size: number): { readonly partition: number; readonly key: number; readonly sticky?: StickyPartitioner } {
    const { context } = this;
    const { settings } = context;
    const { messages } = context.host.host;
    const topic = this.topicMetadata();
    const key = settings.keyed ? messages.key(message) : -1;
    if (settings.roundRobin) return { partition: this.turns.partition(topic), key };
    if (key >= 0 && !settings.ignoreKeys) return { partition: partitionForHash(this.hashOf(key, message), topic.partitions), key };
    const sticky = this.stickyPartitioner();
    return { partition: this.stickyPartition(sticky, topic, size), key, sticky };
  }
  /** A record that does not fit closes its batch, after which a switch that was held back happens before it is added. */
  private stickyPartition(sticky: StickyPartitioner, topic: TopicMetadata, size: number): number {
    const { accumulator } = this.context;
    if (!accumulator.fits(sticky.current, size)) sticky.queueSizes(...this.queueSizes(topic));
    const partition = sticky.partition(topic, accumulator.allFull(sticky.current));
    if (accumulator.fits(partition, size)) return partition;
    accumulator.closeNewest(partition);
    return sticky.partition(topic, true);
  }
  /** Batches that wait for each partition, and how many partitions are known; those whose broker took nothing for long are left out. */
  private queueSizes(topic: TopicMetadata): Parameters<StickyPartitioner['queueSizes']> {
    const { accumulator, settings, state } = this.context;
    const { knownPartitions } = accumulator;
    if (!settings.adaptive || knownPartitions < topic.partitions) return [null];
    const queues = topic.available.flatMap((partition) => (this.sender.unavailable(state.leaders?.[partition] ?? -1) ? [] : [{ partition, batches: accumulator.waiting(partition) }]));
    return [queues, knownPartitions];
  }
  private topicMetadata(): TopicMetadata {
    const { leaders } = this.context.state;
    if (this.metadata.of !== leaders) this.metadata = { of: leaders, topic: { partitions: leaders?.length ?? 0, available: (leaders ?? []).flatMap((l, i) => (l >= 0 ? [i] : [])) } };
    return this.metadata.topic;
  }
  private hashOf(key: number, message: number): number {
    let hash = this.hashes.get(key);
    if (hash === undefined) this.hashes.set(key, (hash = murmur2(utf8(this.context.host.host.keyName(message)))));
    return hash;
  }
  // Metadata and ids -----------------------------------------------------------
  private ask(): void {
    const { context } = this;
    if (context.state.asking) return;
    context.state.asking = true;
    context.host.request(this.client, -1, { api: 'Metadata', topics: [context.topic] }, []);
    context.later(context.settings.requestTimeout, 'no metadata', ++context.state.asked);
  }
  private learn(leaders: readonly number[]): void {
    const { context } = this;
    const { state } = context;
    state.asking = false;
    const first = state.leaders === null;
    if (leaders.length > 0) state.leaders = leaders;
    if ((leaders.length === 0 || leaders.includes(-1)) && !state.refreshing) {
      state.refreshing = true;
      context.later(context.settings.retryBackoff, 'refresh', 0);
    }
    // Partitions that are added meanwhile are seen when metadata.max.age.ms is over.
    if (first) context.later(context.settings.metadataMaxAge, 'age', 0);
    this.sender.drain();
    context.freed();
  }
  private initialise(): void {
    const { context } = this;
    if (context.state.initialising) return;
    context.state.initialising = true;
    context.host.request(this.client, -1, { api: 'InitProducerId', transactionalId: context.settings.transactionalId, transactionTimeout: context.settings.transactionTimeout }, []);
    context.later(context.settings.requestTimeout, 'no id', ++context.state.idAsked);
  }
  private identified({ error, producerId, producerEpoch }: Extract<Response, { api: 'InitProducerId' }>): void {
    const { context } = this;
    const { state } = context;
    if (!state.initialising) return;
    state.initialising = false;
    if (error !== 'NONE') return context.later(context.settings.retryBackoff, 'initialise', 0);
    Object.assign(state, { producerId, epoch: producerEpoch, sequences: [] });
    context.freed();
  }
  /** send() blocks up to max.block.ms for metadata, an id or buffer memory. */
  private full(of: 'buffer memory' | 'metadata'): 'full' {
    const { context } = this;
    const { state } = context;
    state.owesRoom = true;
    state.fullOf = of;
    if (of === 'buffer memory') context.listener.blocked('kafka.buffer_memory');
    if (state.fullSince >= 0) return 'full';
    state.fullSince = context.now;
    context.later(context.settings.maxBlock, 'block', 0);
    this.sender.drain();
    return 'full';
  }
}
