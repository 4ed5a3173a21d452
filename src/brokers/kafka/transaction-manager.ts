/**
 * A producer's transactions as its application lives through them: begun with the first record, committed every so often, aborted
 * after an error. https://kafka.apache.org/44/javadoc/org/apache/kafka/clients/producer/KafkaProducer.html
 */
import type { Refusal } from '../contract.ts';
import { refusal } from './errors.ts';
import type { ProducerContext } from './producer-context.ts';
import type { ErrorName, Response } from './protocol.ts';

export class TransactionManager {
  private readonly context: ProducerContext;
  /** What is in the buffer goes now. */
  private readonly flush: () => void;
  /** The application closes its producer and makes a new one. */
  private readonly beginAnew: () => void;
  constructor(context: ProducerContext, flush: () => void, beginAnew: () => void) {
    this.context = context;
    this.flush = flush;
    this.beginAnew = beginAnew;
  }
  begin(): void {
    const { context } = this;
    context.state.transaction = 'open';
    context.state.endsWith = 'commit';
    context.later(context.settings.commitInterval, 'commit', 0);
  }
  commit(): void {
    if (this.context.state.transaction !== 'open') return;
    this.context.state.transaction = 'ending';
    this.flush();
    this.mayEnd();
  }
  /** The application gives the open transaction up: what was not sent yet never is. @returns whether there was one */
  abort(because: 'TransactionAbortedException' | 'TransactionAbortableException' = 'TransactionAbortedException'): boolean {
    const { state, accumulator, listener } = this.context;
    if (state.transaction !== 'open') return false;
    Object.assign(state, { transaction: 'ending', endsWith: 'abort' });
    for (const batch of accumulator.all) {
      if (batch.inFlight) continue;
      accumulator.remove(batch);
      for (const { message } of batch.records) listener.outcome(message, refusal(because));
    }
    this.mayEnd();
    return true;
  }
  /** commitTransaction() would throw: all that the application can do with the transaction now is to abort it (KIP-1050). */
  batchFailed(): void {
    if (this.abort('TransactionAbortableException')) return;
    this.context.state.endsWith = 'abort';
  }
  /** commitTransaction flushes first: the end is sent when every batch has its answer. */
  mayEnd(): void {
    const { state, accumulator, client, settings, host } = this.context;
    if (state.transaction !== 'ending' || accumulator.size > 0) return;
    const { transactionalId } = settings;
    if (transactionalId === null) return;
    state.endAsked = host.request(client, -1, { api: 'EndTxn', transactionalId, producerId: state.producerId, producerEpoch: state.epoch, commit: state.endsWith === 'commit' }, []);
    this.context.later(settings.requestTimeout, 'no end', state.endAsked);
  }
  /** request.timeout.ms is over: the coordinator is looked for, and asked again. */
  unanswered(correlation: number): void {
    if (this.context.state.endAsked === correlation) this.mayEnd();
  }
  ended(correlation: number, { error, producerId, producerEpoch }: Extract<Response, { api: 'EndTxn' }>): void {
    const { context } = this;
    const { state } = context;
    if (state.transaction !== 'ending' || correlation !== state.endAsked) return;
    state.endAsked = -1;
    switch (error) {
      case 'NONE':
        // Every transaction has an epoch of its own (KIP-890).
        Object.assign(state, { producerId, epoch: producerEpoch, sequences: [] });
        this.conclude(state.endsWith === 'commit' ? 'confirmed' : refusal('TransactionAbortedException'));
        break;
      case 'PRODUCER_FENCED':
        this.told(error);
        state.dead = error;
        this.conclude(refusal(error));
        break;
      case 'INVALID_TXN_STATE':
        this.told(error);
        this.conclude(refusal('TransactionAbortedException'));
        this.beginAnew();
        break;
      default:
        // Nobody answers for the coordinator: asked again after a pause.
        context.later(context.settings.retryBackoff, 'end transaction', 0);
    }
  }

  private told(error: ErrorName): void {
    const { host, client } = this.context;
    host.host.record('refused', { place: client.client, actor: client.client, reason: `kafka.${error}` });
  }
  private conclude(outcome: 'confirmed' | Refusal): void {
    const { state, listener } = this.context;
    state.transaction = 'none';
    for (const message of state.uncertain.splice(0)) listener.outcome(message, outcome);
    this.context.freed();
  }
}
