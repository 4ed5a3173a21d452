/**
 * A Kafka producer: partitions, batches, sends, retries. https://kafka.apache.org/44/configuration/producer-configs/
 * The broker's side of it is produces.ts and transactions.ts.
 */
import { micros } from '../../base/time.ts';
import type { PublishListener, PublishSession, Refusal } from '../contract.ts';
import { Accumulator, type PendingBatch, recordBytes } from './accumulator.ts';
import { type ClientHost, type ClientState, retryBackoff } from './connection.ts';
import { refusal, RETRIABLE } from './errors.ts';
import { utf8 } from './murmur2.ts';
import { partitionOf, RoundRobinPartitioner, StickyPartitioner, type StickyState, type TopicMetadata, UNKNOWN_PARTITION } from './partitioner.ts';
import type { Batch, ErrorName, Request, Response } from './protocol.ts';

type Stage = 'none' | 'open' | 'ending';
interface Sent {
  readonly broker: number;
  readonly batches: number[];
}
interface State {
  /** Leader of each partition, -1 where there is none; null before the first answer. */
  leaders: readonly number[] | null;
  asking: boolean;
  /** Requests so far, for metadata and for an id: the timeout of an earlier one is void. */
  asked: number;
  idAsked: number;
  /** It will be asked again soon, because a partition had no leader. */
  refreshing: boolean;
  producerId: number;
  epoch: number;
  initialising: boolean;
  /** The producer may not go on: fenced by another with its transactional.id. */
  dead: Exclude<ErrorName, 'NONE'> | null;
  /** Next sequence number by partition. */
  sequences: number[];
  sent: [correlation: number, Sent][];
  /** send() found no room: since when, µs; -1 when it did. */
  fullSince: number;
  /** max.block.ms is over: the next send() throws. */
  throws: boolean;
  /** The application is about to be told that there is room. */
  roomDue: boolean;
  transaction: Stage;
  /** Messages whose outcome waits for the end of the transaction. */
  uncertain: number[];
  endsWith: 'commit' | 'abort';
}
export interface ProducerSessionState {
  readonly state: State;
  readonly accumulator: ReturnType<Accumulator['save']>;
  readonly sticky: StickyState | null;
  readonly turn: number;
}
const fresh = (): State => ({ leaders: null, asking: false, asked: 0, idAsked: 0, refreshing: false, producerId: -1, epoch: -1, initialising: false, dead: null, sequences: [], sent: [], fullSince: -1, throws: false, roomDue: false, transaction: 'none', uncertain: [], endsWith: 'commit' });

export class KafkaProducer implements PublishSession {
  readonly client: ClientState;
  private readonly host: ClientHost;
  private readonly listener: PublishListener;
  private state = fresh();
  private readonly accumulator = new Accumulator();
  private sticky: StickyPartitioner | undefined;
  private readonly turns = new RoundRobinPartitioner();

  constructor(client: ClientState, host: ClientHost, listener: PublishListener) {
    this.client = client;
    this.host = host;
    this.listener = listener;
  }
  get awaited(): boolean {
    return this.acks !== 0;
  }
  open(): void {
    if (this.client.wanted) return;
    this.client.wanted = true;
    this.client.life++;
    this.state = fresh();
    this.sticky = undefined;
    this.ask();
    if (this.idempotent) this.initialise();
  }
  close(): void {
    if (!this.client.wanted) return;
    this.client.wanted = false;
    this.client.life++;
    this.accumulator.clear();
    this.state = fresh();
  }
  /** What is under way and in the buffer, for the picture. */
  get view(): { readonly batches: number; readonly inFlight: number; readonly bytes: number } {
    return { batches: this.accumulator.all.length, inFlight: this.state.sent.length, bytes: this.accumulator.used };
  }
  send(message: number): 'taken' | 'full' | Refusal {
    const { state } = this;
    if (state.dead) return refusal(state.dead);
    if (!this.client.wanted) return 'full';
    if (state.throws) {
      state.throws = false;
      return refusal('TimeoutException');
    }
    const size = this.host.host.messages.size(message);
    if (recordBytes(size) > this.number('max.request.size', 1_048_576)) return refusal('RecordTooLargeException');
    const room = this.accumulator.used + recordBytes(size) <= this.number('buffer.memory', 33_554_432);
    const ready = state.leaders !== null && state.leaders.length > 0 && !(this.idempotent && state.producerId < 0) && state.transaction !== 'ending';
    if (!room || !ready) {
      this.full(room);
      return 'full';
    }
    state.fullSince = -1;
    if (this.transactionalId !== null && state.transaction === 'none') this.begin();
    const { partition, key } = this.choose(message);
    const batch = this.accumulator.add(partition, { message, key, size, time: this.host.host.now() }, this.batchSize, this.host.host.now());
    if (batch) {
      this.host.later(this.client, this.number('linger.ms', 5) * 1000, 'linger', batch.id);
      this.host.later(this.client, this.number('delivery.timeout.ms', 120_000) * 1000, 'delivery', batch.id);
    }
    this.drain();
    return 'taken';
  }
  answered(correlation: number, response: Response): void {
    switch (response.api) {
      case 'Metadata':
        this.learn(response.error === 'NONE' ? (response.topics[this.topic] ?? []) : []);
        break;
      case 'InitProducerId':
        this.initialised(response);
        break;
      case 'Produce': {
        const at = this.state.sent.findIndex(([c]) => c === correlation);
        if (at < 0) return;
        const [[, sent]] = this.state.sent.splice(at, 1) as [[number, Sent]];
        for (const id of sent.batches) {
          const batch = this.accumulator.batch(id);
          const error = response.results.find((r) => r.partition === batch?.partition)?.error ?? 'NONE';
          if (batch) this.complete(batch, error);
        }
        this.drain();
        this.freed();
        break;
      }
      case 'EndTxn':
        this.ended(response.error);
    }
  }
  timer(name: string, arg: number): void {
    switch (name) {
      case 'linger':
      case 'retry':
        this.drain();
        break;
      case 'room':
        this.state.roomDue = false;
        if (this.state.transaction === 'ending') return;
        this.state.fullSince = -1;
        this.listener.unblocked();
        this.listener.room();
        break;
      case 'no metadata':
        if (!this.state.asking || arg !== this.state.asked) return;
        this.state.asking = false;
        this.ask();
        break;
      case 'no id':
        if (!this.state.initialising || arg !== this.state.idAsked) return;
        this.state.initialising = false;
        this.initialise();
        break;
      case 'initialise':
        this.initialise();
        break;
      case 'refresh':
        this.state.refreshing = false;
        this.ask();
        break;
      case 'age':
        this.ask();
        this.host.later(this.client, this.number('metadata.max.age.ms', 300_000) * 1000, 'age', 0);
        break;
      case 'end transaction':
        if (this.state.transaction === 'ending') this.finishTransaction();
        break;
      case 'request':
        this.timedOut(arg);
        break;
      case 'delivery': {
        const batch = this.accumulator.batch(arg);
        if (batch) this.give(batch, batch.attempts > 0 ? 'unknown' : refusal('TimeoutException'));
        this.freed();
        break;
      }
      case 'block':
        if (this.state.fullSince < 0 || this.host.host.now() - this.state.fullSince < this.number('max.block.ms', 60_000) * 1000) return;
        this.state.fullSince = -1;
        this.state.throws = true;
        this.listener.room();
        break;
      case 'commit':
        if (this.state.transaction === 'open') this.endTransaction('commit');
    }
  }
  /** The application gives the open transaction up. @returns whether there was one */
  abort(): boolean {
    if (this.state.transaction !== 'open') return false;
    this.endTransaction('abort');
    return true;
  }
  save(): ProducerSessionState {
    return { state: { ...this.state, sequences: [...this.state.sequences], sent: this.state.sent.map(([c, s]) => [c, { ...s, batches: [...s.batches] }]), uncertain: [...this.state.uncertain] }, accumulator: this.accumulator.save(), sticky: this.sticky?.save() ?? null, turn: this.turns.save() };
  }
  load({ state, accumulator, sticky, turn }: ProducerSessionState): void {
    this.turns.load(turn);
    this.state = { ...state, sequences: [...state.sequences], sent: state.sent.map(([c, s]) => [c, { ...s, batches: [...s.batches] }]), uncertain: [...state.uncertain] };
    this.accumulator.load(accumulator);
    this.sticky = undefined;
    if (sticky) this.stickyPartitioner().load(sticky);
  }
  // Settings -------------------------------------------------------------------
  private number(name: string, fallback: number): number {
    const value = this.host.config(this.client)[name];
    return typeof value === 'number' ? value : fallback;
  }
  private get acks(): 0 | 1 | -1 {
    const acks = String(this.host.config(this.client)['acks'] ?? 'all');
    return acks === '0' ? 0 : acks === '1' ? 1 : -1;
  }
  /** Falls back silently when acks is not all or there are no retries (https://kafka.apache.org/44/configuration/producer-configs/#producerconfigs_enable.idempotence). */
  private get idempotent(): boolean {
    return this.transactionalId !== null || (this.host.config(this.client)['enable.idempotence'] !== false && this.acks === -1 && this.number('retries', 2_147_483_647) > 0);
  }
  private get transactionalId(): string | null {
    const id = this.host.config(this.client)['transactional.id'];
    return typeof id === 'string' && id !== '' ? id : null;
  }
  private get batchSize(): number {
    return Math.max(1, this.number('batch.size', 16_384));
  }
  private get topic(): string {
    return this.host.topicOf(this.client);
  }
  private stickyPartitioner(): StickyPartitioner {
    return (this.sticky ??= new StickyPartitioner(this.batchSize, this.host.luck(this.client, 'partitioner')));
  }
  private choose(message: number): { readonly partition: number; readonly key: number } {
    const leaders = this.state.leaders ?? [];
    const topic: TopicMetadata = { partitions: leaders.length, available: leaders.flatMap((l, i) => (l >= 0 ? [i] : [])) };
    const keyed = this.host.config(this.client)['keyed'] !== false;
    const key = keyed ? utf8(this.host.host.keyName(message)) : null;
    const found = partitionOf({ key }, topic, this.host.config(this.client)['partitioner.ignore.keys'] === true);
    const number = keyed ? this.host.host.messages.key(message) : -1;
    if (this.host.config(this.client)['partitioner.class'] === 'RoundRobinPartitioner') return { partition: this.turns.partition(topic), key: number };
    if (found !== UNKNOWN_PARTITION) return { partition: found, key: number };
    const sticky = this.stickyPartitioner();
    const partition = sticky.partition(topic);
    const size = this.host.host.messages.size(message);
    sticky.appended(recordBytes(size), topic, !this.accumulator.fits(partition, size, this.batchSize));
    return { partition, key: number };
  }
  // Metadata and ids -----------------------------------------------------------
  private ask(): void {
    if (this.state.asking) return;
    this.state.asking = true;
    this.host.request(this.client, -1, { api: 'Metadata', topics: [this.topic] }, []);
    this.host.later(this.client, this.number('request.timeout.ms', 30_000) * 1000, 'no metadata', ++this.state.asked);
  }
  private learn(leaders: readonly number[]): void {
    const { state } = this;
    state.asking = false;
    const first = state.leaders === null;
    if (leaders.length > 0) state.leaders = leaders;
    if ((leaders.length === 0 || leaders.includes(-1)) && !state.refreshing) {
      state.refreshing = true;
      this.host.later(this.client, Math.max(1, this.number('retry.backoff.ms', 100)) * 1000, 'refresh', 0);
    }
    // Partitions that are added meanwhile are seen when metadata.max.age.ms is over.
    if (first) this.host.later(this.client, this.number('metadata.max.age.ms', 300_000) * 1000, 'age', 0);
    this.drain();
    this.freed();
  }
  private initialise(): void {
    if (this.state.initialising) return;
    this.state.initialising = true;
    this.host.request(this.client, -1, { api: 'InitProducerId', transactionalId: this.transactionalId, transactionTimeout: this.number('transaction.timeout.ms', 60_000) * 1000 }, []);
    this.host.later(this.client, this.number('request.timeout.ms', 30_000) * 1000, 'no id', ++this.state.idAsked);
  }
  private initialised({ error, producerId, producerEpoch }: Extract<Response, { api: 'InitProducerId' }>): void {
    const { state } = this;
    if (!state.initialising) return;
    state.initialising = false;
    if (error !== 'NONE') return this.host.later(this.client, this.number('retry.backoff.ms', 100) * 1000, 'initialise', 0);
    state.producerId = producerId;
    state.epoch = producerEpoch;
    state.sequences = [];
    this.freed();
  }
  // Sending --------------------------------------------------------------------
  private drain(): void {
    const { state } = this;
    if (state.leaders === null || state.dead || (this.idempotent && state.producerId < 0)) return;
    const perBroker = new Map<number, PendingBatch[]>();
    for (const partition of this.accumulator.partitions) {
      const leader = state.leaders[partition] ?? -1;
      const batch = this.sendable(partition);
      if (!batch) continue;
      // Without a leader it waits: metadata are asked for again by themselves.
      if (leader >= 0) perBroker.set(leader, [...(perBroker.get(leader) ?? []), batch]);
    }
    for (const [broker, batches] of perBroker) {
      if (state.sent.filter(([, s]) => s.broker === broker).length >= this.number('max.in.flight.requests.per.connection', 5)) continue;
      this.transmit(broker, batches);
    }
  }
  /** The first batch of a partition that is not under way, when it is time for it. */
  private sendable(partition: number): PendingBatch | undefined {
    const now = this.host.host.now();
    const queue = this.accumulator.queue(partition);
    const batch = queue.find((b) => !b.inFlight);
    if (!batch || batch.retryAt > now) return undefined;
    // With idempotence a batch that failed goes again when all before it are answered, so that their order stands.
    const before = queue.slice(0, queue.indexOf(batch));
    if (before.length > 0 && this.number('max.in.flight.requests.per.connection', 5) === 1) return undefined;
    if (this.idempotent && batch.attempts > 0 && before.length > 0) return undefined;
    const full = batch.bytes + recordBytes(0) >= this.batchSize || queue.length > before.length + 1;
    const due = now - batch.createdAt >= this.number('linger.ms', 5) * 1000 || batch.attempts > 0 || this.state.transaction === 'ending' || this.state.fullSince >= 0;
    return full || due ? batch : undefined;
  }
  private transmit(broker: number, batches: readonly PendingBatch[]): void {
    const { state } = this;
    const idempotent = this.idempotent;
    const made = batches.map((batch): Batch => {
      if (idempotent && batch.sequence < 0) {
        batch.sequence = state.sequences[batch.partition] ?? 0;
        state.sequences[batch.partition] = batch.sequence + batch.records.length;
      }
      batch.inFlight = true;
      batch.attempts++;
      return { topic: this.topic, partition: batch.partition, producerId: state.producerId, producerEpoch: state.epoch, baseSequence: batch.sequence, transactional: this.transactionalId !== null, records: [...batch.records] };
    });
    const request: Request = { api: 'Produce', acks: this.acks, timeout: this.number('request.timeout.ms', 30_000) * 1000, batches: made };
    const correlation = this.host.request(
      this.client,
      broker,
      request,
      made.flatMap((b) => b.records.map((r) => r.message)),
    );
    if (this.acks === 0) {
      for (const batch of batches) this.accumulator.remove(batch);
      this.freed();
      return;
    }
    state.sent.push([correlation, { broker, batches: batches.map((b) => b.id) }]);
    this.host.later(this.client, this.number('request.timeout.ms', 30_000) * 1000, 'request', correlation);
  }
  private timedOut(correlation: number): void {
    const at = this.state.sent.findIndex(([c]) => c === correlation);
    if (at < 0) return;
    const [[, sent]] = this.state.sent.splice(at, 1) as [[number, Sent]];
    for (const id of sent.batches) {
      const batch = this.accumulator.batch(id);
      if (batch) this.complete(batch, 'DISCONNECTED');
    }
    this.drain();
  }
  private complete(batch: PendingBatch, error: ErrorName): void {
    batch.inFlight = false;
    if (error === 'NONE') return this.give(batch, 'confirmed');
    const { host } = this.host;
    host.record('refused', { message: batch.records[0]?.message ?? -1, place: this.client.client, actor: this.client.client, attempt: batch.attempts, reason: `kafka.${error}`, detail: batch.records.length });
    if (error === 'MESSAGE_TOO_LARGE' && batch.records.length > 1) return this.accumulator.split(batch);
    if (error === 'PRODUCER_FENCED') return this.fenced();
    if (error === 'INVALID_PRODUCER_EPOCH' && this.transactionalId !== null) return this.abortable();
    if (error === 'OUT_OF_ORDER_SEQUENCE_NUMBER') {
      const [first] = this.accumulator.queue(batch.partition);
      if (first === batch || !first) this.renumber(batch.partition);
      else this.accumulator.backToFront(batch);
      return;
    }
    if (!RETRIABLE.has(error) || batch.attempts > this.number('retries', 2_147_483_647)) return this.give(batch, refusal(error));
    this.accumulator.backToFront(batch);
    const wait = retryBackoff(this.host.config(this.client), batch.attempts, this.host.luck(this.client, 'backoff'));
    batch.retryAt = host.now() + wait;
    this.host.later(this.client, wait, 'retry', batch.id);
    if (error !== 'NOT_ENOUGH_REPLICAS' && error !== 'NOT_ENOUGH_REPLICAS_AFTER_APPEND') this.ask();
  }
  /** The log lost what it had of this producer: its epoch goes up, and the sequence begins anew (KIP-360). */
  private renumber(partition: number): void {
    this.state.epoch++;
    this.state.sequences = [];
    for (const batch of this.accumulator.all) if (batch.sequence >= 0 && (batch.partition === partition || !batch.inFlight)) batch.sequence = -1;
  }
  private give(batch: PendingBatch, outcome: 'confirmed' | 'unknown' | Refusal): void {
    this.accumulator.remove(batch);
    for (const { message } of batch.records) {
      if (this.transactionalId !== null && outcome === 'confirmed') this.state.uncertain.push(message);
      else this.listener.outcome(message, outcome);
    }
    if (this.state.transaction === 'ending') this.finishTransaction();
  }
  /** send() blocks up to max.block.ms for metadata, an id or buffer memory. */
  private full(room: boolean): void {
    const { state } = this;
    if (state.fullSince >= 0) return;
    state.fullSince = this.host.host.now();
    this.host.later(this.client, this.number('max.block.ms', 60_000) * 1000, 'block', 0);
    if (!room) this.listener.blocked('kafka.buffer_memory');
    this.drain();
  }
  private freed(): void {
    const { state } = this;
    if (state.roomDue) return;
    state.roomDue = true;
    // Not at once: whoever asks for room may be in the middle of sending.
    this.host.later(this.client, 0, 'room', 0);
  }
  // Transactions ---------------------------------------------------------------
  private begin(): void {
    this.state.transaction = 'open';
    this.host.later(this.client, micros(String(this.host.config(this.client)['commitInterval'] ?? '1s')), 'commit', 0);
  }
  private endTransaction(how: 'commit' | 'abort'): void {
    this.state.transaction = 'ending';
    this.state.endsWith = how;
    this.drain();
    this.finishTransaction();
  }
  /** commitTransaction flushes first: the end is sent when every batch has its answer. */
  private finishTransaction(): void {
    const { state } = this;
    const id = this.transactionalId;
    if (id === null || this.accumulator.all.length > 0) return;
    this.host.request(this.client, -1, { api: 'EndTxn', transactionalId: id, producerId: state.producerId, producerEpoch: state.epoch, commit: state.endsWith === 'commit' }, []);
  }
  private ended(error: ErrorName): void {
    const { state } = this;
    if (state.transaction !== 'ending') return;
    if (error === 'PRODUCER_FENCED') return this.fenced();
    if (error === 'INVALID_PRODUCER_EPOCH') return this.abortable();
    // Nobody answers for the coordinator: asked again after a pause.
    if (error !== 'NONE') return this.host.later(this.client, Math.max(1, this.number('retry.backoff.ms', 100)) * 1000, 'end transaction', 0);
    this.conclude(state.endsWith === 'commit' ? 'confirmed' : refusal('TransactionAbortedException'));
  }
  private conclude(outcome: 'confirmed' | Refusal): void {
    const { state } = this;
    state.transaction = 'none';
    for (const message of state.uncertain.splice(0)) this.listener.outcome(message, outcome);
    this.freed();
  }
  /** The coordinator gave the transaction up: the application aborts it and goes on under a new epoch (KIP-890). */
  private abortable(): void {
    for (const batch of this.accumulator.clear()) for (const { message } of batch.records) this.listener.outcome(message, refusal('TransactionAbortedException'));
    this.state.sent = [];
    this.state.producerId = -1;
    this.conclude(refusal('TransactionAbortedException'));
    this.initialise();
  }
  private fenced(): void {
    const { state } = this;
    state.dead = 'PRODUCER_FENCED';
    for (const batch of this.accumulator.clear()) for (const { message } of batch.records) this.listener.outcome(message, refusal('PRODUCER_FENCED'));
    state.sent = [];
    this.conclude(refusal('PRODUCER_FENCED'));
  }
}
