/** A producer's sender: which batches go when, and what becomes of them. */
import type { Refusal } from '../contract.ts';
import type { Timeouts, TimeoutsState } from '../timeouts.ts';
import { isFull, type PendingBatch } from './accumulator.ts';
import { DRAWN, retryBackoff } from './connection.ts';
import { refusal, RETRIABLE } from './errors.ts';
import type { ProducerContext, Sent } from './producer-context.ts';
import type { ProducerSettings } from './producer-settings.ts';
import type { Batch, ErrorName, Response } from './protocol.ts';
import type { TransactionManager } from './transaction-manager.ts';

/** Nobody knows whether the batch is in the log. */
const UNCERTAIN: ReadonlySet<ErrorName> = new Set(['DISCONNECTED', 'REQUEST_TIMED_OUT']);

export interface SenderState {
  readonly requests: TimeoutsState;
  readonly deliveries: TimeoutsState;
}
export class Sender {
  private readonly context: ProducerContext;
  private readonly transactions: TransactionManager;
  /** Metadata are asked for. */
  private readonly ask: () => void;
  private readonly requests: Timeouts;
  private readonly deliveries: Timeouts;
  constructor(context: ProducerContext, transactions: TransactionManager, ask: () => void) {
    this.context = context;
    this.transactions = transactions;
    this.ask = ask;
    this.requests = context.timeouts('request', { stands: (correlation) => this.sent(correlation) >= 0, expired: (correlation) => this.timedOut(correlation) });
    this.deliveries = context.timeouts('delivery', { stands: (id) => context.accumulator.batch(id) !== undefined, expired: (id) => this.expired(id) });
  }
  /** Sends what is due. */
  drain(): void {
    const { context } = this;
    const { state, settings, accumulator } = context;
    if (state.leaders === null || state.dead || (settings.idempotent && state.producerId < 0)) return;
    const { now } = context;
    let requests: { readonly broker: number; readonly batches: PendingBatch[]; ready: boolean }[] | undefined;
    for (let partition = 0; partition < accumulator.partitions; partition++) {
      const queue = accumulator.queue(partition);
      const batch = queue.length === 0 ? undefined : this.next(queue, settings, now);
      const broker = state.leaders[partition] ?? -1;
      // Without a leader it waits: metadata are asked for again by themselves.
      if (!batch || broker < 0) continue;
      requests ??= [];
      let request = requests.find((r) => r.broker === broker);
      if (request) request.batches.push(batch);
      else requests.push((request = { broker, batches: [batch], ready: false }));
      request.ready ||= this.isDue(batch, queue, settings, now);
    }
    if (requests === undefined) return;
    // When a batch is due, those of other partitions of its broker go with it, whatever linger.ms says.
    for (const { broker, batches, ready } of requests) {
      if (!ready) continue;
      const goes = this.unanswered(broker) < settings.maxInFlight && !state.throttled.some(([b, until]) => b === broker && until > now);
      if (settings.availabilityTimeout > 0) this.seen(broker, goes);
      if (goes) this.transmit(broker, batches);
    }
  }
  /** A record came into a partition's newest batch: only a batch that is full goes before its time. */
  added(partition: number): void {
    const { accumulator, settings } = this.context;
    const queue = accumulator.queue(partition);
    const newest = queue[queue.length - 1];
    const before = queue[queue.length - 2];
    if (settings.linger === 0 || (before && !before.inFlight) || (newest && isFull(newest))) this.drain();
  }
  /** @returns whether nothing could be sent to a broker for partitioner.availability.timeout.ms */
  unavailable(broker: number): boolean {
    const { settings, state } = this.context;
    const node = state.nodes.find((one) => one.broker === broker);
    return settings.availabilityTimeout > 0 && node !== undefined && node.readyAt - node.drainedAt > settings.availabilityTimeout;
  }
  /** delivery.timeout.ms of a new batch begins. */
  watch(batch: PendingBatch): void {
    this.deliveries.set(this.context.settings.deliveryTimeout, batch.id);
  }
  requestsDue(lane: number): void {
    this.requests.due(lane);
  }
  deliveriesDue(lane: number): void {
    this.deliveries.due(lane);
  }
  reset(): void {
    this.requests.reset();
    this.deliveries.reset();
  }
  save(): SenderState {
    return { requests: this.requests.save(), deliveries: this.deliveries.save() };
  }
  load({ requests, deliveries }: SenderState): void {
    this.requests.load(requests);
    this.deliveries.load(deliveries);
  }
  answered(correlation: number, response: Extract<Response, { api: 'Produce' }>): void {
    const sent = this.take(correlation);
    // With acks=0 all that is ever heard is that the connection was closed: perhaps another broker leads now.
    if (!sent && this.context.settings.acks === 0) this.ask();
    if (!sent) return;
    if (response.throttle > 0) this.throttled(sent.broker, response.throttle);
    for (const id of sent.batches) {
      const batch = this.context.accumulator.batch(id);
      const error = response.results.find((r) => r.partition === batch?.partition)?.error ?? 'NONE';
      if (batch) this.complete(batch, error);
    }
    this.drain();
    this.context.freed();
  }

  /** request.timeout.ms is over. */
  private timedOut(correlation: number): void {
    const { context } = this;
    const sent = this.take(correlation);
    if (!sent) return;
    for (const id of sent.batches) {
      const batch = context.accumulator.batch(id);
      if (batch) this.complete(batch, 'REQUEST_TIMED_OUT');
    }
    context.host.reconnects(context.client, sent.broker);
    this.drain();
  }
  /** delivery.timeout.ms is over. */
  private expired(id: number): void {
    const batch = this.context.accumulator.batch(id);
    if (batch) this.give(batch, batch.attempts > 0 ? 'unknown' : refusal('TimeoutException'));
    this.context.freed();
  }
  private throttled(broker: number, pause: number): void {
    const { context } = this;
    const { state } = context;
    state.throttled = [...state.throttled.filter(([b]) => b !== broker), [broker, context.now + pause]];
    context.later(pause, 'throttle over', broker);
  }
  /** Where a request without an answer stands among those that were sent; -1 when it has one. */
  private sent(correlation: number): number {
    return this.context.state.sent.findIndex(([c]) => c === correlation);
  }
  /** Requests to a broker. */
  private unanswered(broker: number): number {
    let count = 0;
    for (const [, sent] of this.context.state.sent) if (sent.broker === broker) count++;
    return count;
  }
  private take(correlation: number): Sent | undefined {
    const at = this.sent(correlation);
    return at < 0 ? undefined : this.context.state.sent.splice(at, 1)[0]?.[1];
  }
  /** The first batch of a partition that is not under way, when it may go. */
  private next(queue: readonly PendingBatch[], settings: ProducerSettings, now: number): PendingBatch | undefined {
    const { maxInFlight, idempotent } = settings;
    let before = 0;
    while (queue[before]?.inFlight) before++;
    const batch = queue[before];
    if (!batch || batch.retryAt > now) return undefined;
    // With idempotence a batch that failed goes again when all before it are answered, so that their order stands.
    return before > 0 && (maxInFlight === 1 || (idempotent && batch.attempts > 0)) ? undefined : batch;
  }
  private isDue(batch: PendingBatch, queue: readonly PendingBatch[], { linger }: ProducerSettings, now: number): boolean {
    const { state } = this.context;
    return isFull(batch) || queue[queue.length - 1] !== batch || now - batch.createdAt >= linger || batch.attempts > 0 || state.transaction === 'ending' || state.fullSince >= 0;
  }
  /** A broker has batches to be sent, and takes some or not (NodeLatencyStats). */
  private seen(broker: number, drained: boolean): void {
    const { state, now } = this.context;
    let node = state.nodes.find((one) => one.broker === broker);
    if (!node) state.nodes.push((node = { broker, readyAt: now, drainedAt: now }));
    node.readyAt = now;
    if (drained) node.drainedAt = now;
  }
  private transmit(broker: number, batches: readonly PendingBatch[]): void {
    const { context } = this;
    const { state, settings, topic } = context;
    const { idempotent, acks, requestTimeout } = settings;
    const transactional = settings.transactionalId !== null;
    const made = batches.map((batch): Batch => {
      if (idempotent && batch.sequence < 0) {
        batch.sequence = state.sequences[batch.partition] ?? 0;
        state.sequences[batch.partition] = batch.sequence + batch.records.length;
      }
      context.accumulator.setInFlight(batch, true);
      batch.attempts++;
      // Nothing is added to a batch that was sent once.
      return { topic, partition: batch.partition, producerId: state.producerId, producerEpoch: state.epoch, baseSequence: batch.sequence, transactional, records: batch.records };
    });
    const drawn = made.flatMap((b) => b.records.slice(0, DRAWN).map((r) => r.message)).slice(0, DRAWN);
    const correlation = context.host.request(context.client, broker, { api: 'Produce', acks, timeout: requestTimeout, batches: made }, drawn);
    if (acks === 0) {
      for (const batch of batches) context.accumulator.remove(batch);
      context.freed();
      return;
    }
    state.sent.push([correlation, { broker, batches: batches.map((b) => b.id) }]);
    this.requests.set(requestTimeout, correlation);
  }
  private complete(batch: PendingBatch, error: ErrorName): void {
    const { context } = this;
    context.accumulator.setInFlight(batch, false);
    if (error === 'NONE') return this.give(batch, 'confirmed');
    const { client, host } = context;
    host.host.record('refused', { message: batch.records[0]?.message ?? -1, place: client.client, actor: client.client, attempt: batch.attempts, reason: `kafka.${error}`, detail: batch.records.length });
    if (error === 'MESSAGE_TOO_LARGE' && batch.records.length > 1) return context.accumulator.split(batch);
    if (error === 'OUT_OF_ORDER_SEQUENCE_NUMBER') {
      const [first] = context.accumulator.queue(batch.partition);
      if (first === batch || !first) this.renumber(batch.partition);
      else context.accumulator.backToFront(batch);
      return;
    }
    if (!RETRIABLE.has(error) || batch.attempts > context.settings.retries) return this.give(batch, UNCERTAIN.has(error) ? 'unknown' : refusal(error));
    context.accumulator.backToFront(batch);
    const wait = retryBackoff(context.config, batch.attempts, host.luck(client, 'backoff'));
    batch.retryAt = context.now + wait;
    context.later(wait, 'retry', batch.id);
    if (error !== 'NOT_ENOUGH_REPLICAS') this.ask();
  }
  /** The log lost what it had of this producer: its epoch goes up, and the sequence begins anew (KIP-360). */
  private renumber(partition: number): void {
    const { state, accumulator } = this.context;
    state.epoch++;
    state.sequences = [];
    for (const batch of accumulator.all) if (batch.sequence >= 0 && (batch.partition === partition || !batch.inFlight)) batch.sequence = -1;
  }
  private give(batch: PendingBatch, outcome: 'confirmed' | 'unknown' | Refusal): void {
    const { context } = this;
    context.accumulator.remove(batch);
    const transactional = context.settings.transactionalId !== null;
    for (const { message } of batch.records) {
      if (transactional && outcome === 'confirmed') context.state.uncertain.push(message);
      else context.listener.outcome(message, outcome);
    }
    if (transactional && outcome !== 'confirmed') this.transactions.batchFailed();
    this.transactions.mayEnd();
  }
}
