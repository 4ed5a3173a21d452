/** A producer's sender: which batches go when, and what becomes of them. */
import type { Refusal } from '../contract.ts';
import { type PendingBatch, recordBytes } from './accumulator.ts';
import { retryBackoff } from './connection.ts';
import { refusal, RETRIABLE } from './errors.ts';
import type { ProducerContext, Sent } from './producer-context.ts';
import type { Batch, ErrorName, Request, Response } from './protocol.ts';
import type { TransactionManager } from './transaction-manager.ts';

export class Sender {
  private readonly context: ProducerContext;
  private readonly transactions: TransactionManager;
  /** Metadata are asked for. */
  private readonly ask: () => void;
  constructor(context: ProducerContext, transactions: TransactionManager, ask: () => void) {
    this.context = context;
    this.transactions = transactions;
    this.ask = ask;
  }
  /** Sends what is due. */
  drain(): void {
    const { context } = this;
    const { state } = context;
    if (state.leaders === null || state.dead || (context.idempotent && state.producerId < 0)) return;
    const perBroker = new Map<number, PendingBatch[]>();
    for (const partition of context.accumulator.partitions) {
      const leader = state.leaders[partition] ?? -1;
      const batch = this.sendable(partition);
      if (!batch) continue;
      // Without a leader it waits: metadata are asked for again by themselves.
      if (leader >= 0) perBroker.set(leader, [...(perBroker.get(leader) ?? []), batch]);
    }
    for (const [broker, batches] of perBroker) {
      if (state.throttled.some(([b, until]) => b === broker && until > context.now)) continue;
      if (state.sent.filter(([, s]) => s.broker === broker).length >= context.number('max.in.flight.requests.per.connection', 5)) continue;
      this.transmit(broker, batches);
    }
  }
  answered(correlation: number, response: Extract<Response, { api: 'Produce' }>): void {
    const sent = this.take(correlation);
    // With acks=0 all that is ever heard is that the connection was closed: perhaps another broker leads now.
    if (!sent && this.context.acks === 0) this.ask();
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
  timedOut(correlation: number): void {
    const sent = this.take(correlation);
    if (!sent) return;
    for (const id of sent.batches) {
      const batch = this.context.accumulator.batch(id);
      if (batch) this.complete(batch, 'DISCONNECTED');
    }
    this.drain();
  }
  /** delivery.timeout.ms is over. */
  expired(id: number): void {
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
  private take(correlation: number): Sent | undefined {
    const { sent } = this.context.state;
    const at = sent.findIndex(([c]) => c === correlation);
    return at < 0 ? undefined : sent.splice(at, 1)[0]?.[1];
  }
  /** The first batch of a partition that is not under way, when it is time for it. */
  private sendable(partition: number): PendingBatch | undefined {
    const { context } = this;
    const { now, state } = context;
    const queue = context.accumulator.queue(partition);
    const batch = queue.find((b) => !b.inFlight);
    if (!batch || batch.retryAt > now) return undefined;
    // With idempotence a batch that failed goes again when all before it are answered, so that their order stands.
    const before = queue.indexOf(batch);
    if (before > 0 && context.number('max.in.flight.requests.per.connection', 5) === 1) return undefined;
    if (context.idempotent && batch.attempts > 0 && before > 0) return undefined;
    const full = batch.bytes + recordBytes(0) >= context.batchSize || queue.length > before + 1;
    const due = now - batch.createdAt >= context.span('linger.ms', 5) || batch.attempts > 0 || state.transaction === 'ending' || state.fullSince >= 0;
    return full || due ? batch : undefined;
  }
  private transmit(broker: number, batches: readonly PendingBatch[]): void {
    const { context } = this;
    const { state } = context;
    const idempotent = context.idempotent;
    const transactional = context.transactionalId !== null;
    const made = batches.map((batch): Batch => {
      if (idempotent && batch.sequence < 0) {
        batch.sequence = state.sequences[batch.partition] ?? 0;
        state.sequences[batch.partition] = batch.sequence + batch.records.length;
      }
      batch.inFlight = true;
      batch.attempts++;
      return { topic: context.topic, partition: batch.partition, producerId: state.producerId, producerEpoch: state.epoch, baseSequence: batch.sequence, transactional, records: [...batch.records] };
    });
    const request: Request = { api: 'Produce', acks: context.acks, timeout: context.span('request.timeout.ms', 30_000), batches: made };
    const correlation = context.host.request(
      context.client,
      broker,
      request,
      made.flatMap((b) => b.records.map((r) => r.message)),
    );
    if (context.acks === 0) {
      for (const batch of batches) context.accumulator.remove(batch);
      context.freed();
      return;
    }
    state.sent.push([correlation, { broker, batches: batches.map((b) => b.id) }]);
    context.later(context.span('request.timeout.ms', 30_000), 'request', correlation);
  }
  private complete(batch: PendingBatch, error: ErrorName): void {
    const { context } = this;
    batch.inFlight = false;
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
    if (!RETRIABLE.has(error) || batch.attempts > context.number('retries', 2_147_483_647)) return this.give(batch, refusal(error));
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
    const transactional = context.transactionalId !== null;
    for (const { message } of batch.records) {
      if (transactional && outcome === 'confirmed') context.state.uncertain.push(message);
      else context.listener.outcome(message, outcome);
    }
    if (transactional && outcome !== 'confirmed') this.transactions.batchFailed();
    this.transactions.mayEnd();
  }
}
