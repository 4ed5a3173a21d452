/**
 * The event source mapping of Lambda: pollers that read a queue, call a function with batches and delete what it was
 * done with. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
import type { Delivery, ReceiveListener, ReceiveSession } from '../contract.ts';
import { lets } from './filter-criteria.ts';
import { SECOND } from './message.ts';
import { Session, type SessionHost } from './sessions.ts';
import type { Held, MappingState, Poller } from './traffic.ts';

/** Batches at the same time: at first and when traffic is low; at most; and how many more each second (300 a minute). https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const FIRST = 5;
const MOST = 1250;
const MORE_PER_SECOND = 5;
/** Messages that one receive, and one delete, takes at most. */
const CALL = 10;
const LONGEST_WAIT = 20;
/** s; the longest pause after throttled invocations. */
const LONGEST_REST = 60;

export class MappingSession extends Session<MappingState> implements ReceiveSession {
  private readonly listener: ReceiveListener;
  constructor(state: MappingState, host: SessionHost, listener: ReceiveListener) {
    super(state, host);
    this.listener = listener;
  }
  /** Of a FIFO queue a function stops at the first failure, and reports what follows as failed, too. */
  get can() {
    const { host, state } = this;
    return { retryOne: true, reject: false, extend: false, outOfOrder: host.queueOf(state)?.isFifo !== true, partialBatch: host.config(state)['FunctionResponseTypes'] === 'ReportBatchItemFailures' };
  }
  /** A function has as much room as it has: it says so when it is called. */
  ready(): void {}
  buffered(): readonly Delivery[] {
    return [];
  }
  take(number: number, held: Held): void {
    const poller = this.poller(number);
    if (poller === undefined) return;
    if (this.isWanted(held)) poller.batch.push(held);
    else this.passOver(held);
  }
  /** The answer to a poller's receive is in. */
  answered(number: number, found: number, refused: boolean): void {
    const { state, host } = this;
    const poller = this.poller(number);
    if (poller === undefined) return;
    if (refused) return poller.batch.length > 0 ? this.invoke(poller) : this.rest(poller, 1);
    const { window, size } = this.batching();
    if (poller.batch.length === 0) {
      if (poller.number >= this.wanted()) return void (state.pollers = state.pollers.filter((one) => one !== poller));
      return this.ask(poller);
    }
    if (poller.state !== 'gathering' && window > 0) {
      poller.state = 'gathering';
      host.later(window * SECOND, { do: 'window', session: state.id, life: state.life, ref: poller.number * 1e6 + (poller.round % 1e6) });
    }
    const isOver = poller.batch.length >= size || (window === 0 && found < CALL) || poller.due;
    if (isOver) this.invoke(poller);
    else this.ask(poller);
  }
  /** The batching window of a poller is over: it has what the answer that is under way brings. */
  windowOver(ref: number): void {
    const poller = this.poller(Math.floor(ref / 1e6));
    if (poller?.state === 'gathering' && poller.round % 1e6 === ref % 1e6) poller.due = true;
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    if (how === 'extend') return;
    for (const poller of this.state.pollers) {
      const held = poller.state === 'invoking' ? poller.batch.find((one) => one.delivery.handle === delivery.handle) : undefined;
      if (held === undefined) continue;
      if (how === 'done') poller.done.push(held);
      else poller.failed = true;
      if (--poller.open === 0) this.finish(poller);
      return;
    }
  }
  /** Once a second: more pollers while messages wait and all are busy, fewer when few are. */
  scale(): void {
    const { state, host } = this;
    host.later(SECOND, { do: 'scale', session: state.id, life: state.life, ref: 0 });
    const busy = state.pollers.filter((one) => one.state === 'invoking').length;
    if (busy >= this.wanted() && (host.queueOf(state)?.visible ?? 0) > 0) state.limit = Math.min(state.limit + MORE_PER_SECOND, MOST);
    else if (busy * 2 < state.limit) state.limit = Math.max(FIRST, state.limit - MORE_PER_SECOND);
    this.fill();
  }
  /** The pause of a poller is over. */
  rested(number: number): void {
    const poller = this.poller(number);
    if (poller?.state !== 'resting') return;
    if (poller.number >= this.wanted()) this.state.pollers = this.state.pollers.filter((one) => one !== poller);
    else this.ask(poller);
  }
  protected begin(): void {
    const { state, host } = this;
    Object.assign(state, { limit: FIRST, rest: 0, nextPoller: 0 });
    host.later(SECOND, { do: 'scale', session: state.id, life: state.life, ref: 0 });
    this.fill();
  }
  protected forget(): void {
    this.state.pollers = [];
  }
  private isWanted(held: Held): boolean {
    const { state, host } = this;
    const filters = host.filters(state);
    const body = 'refused' in filters || filters.length === 0 ? undefined : host.bodyOf(state, held);
    return body === undefined || 'refused' in filters || lets(filters, body);
  }
  /** What no filter lets through is deleted, and the function is not called with it. */
  private passOver(held: Held): void {
    const { state, host } = this;
    host.passedOver(state, held);
    host.up(state, { do: 'delete', session: state.id, life: state.life, held: [held] });
  }
  /** A batch of more than ten needs a window; FIFO queues have neither. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html */
  private check(): void {
    const { state, host } = this;
    const { size, window } = this.batching();
    const refused = (host.queueOf(state)?.isFifo === true ? size > CALL || window > 0 : size > CALL && window === 0) || 'refused' in host.filters(state);
    if (refused && !state.refused) host.mappingRefused(state);
    state.refused = refused;
  }
  private wanted(): number {
    if (this.state.refused) return 0;
    const { MaximumConcurrency } = this.host.config(this.state);
    return typeof MaximumConcurrency === 'number' ? Math.min(this.state.limit, MaximumConcurrency) : this.state.limit;
  }
  private batching(): { readonly size: number; readonly window: number } {
    const { BatchSize = CALL, MaximumBatchingWindowInSeconds = 0 } = this.host.config(this.state);
    return { size: Number(BatchSize), window: Number(MaximumBatchingWindowInSeconds) };
  }
  private poller(number: number): Poller | undefined {
    return this.state.pollers.find((one) => one.number === number);
  }
  /** Pollers are numbered from nothing: those with the highest numbers go first. */
  private fill(): void {
    const { state } = this;
    this.check();
    const numbers = new Set(state.pollers.map((one) => one.number));
    for (let number = 0; number < this.wanted(); number++) {
      if (numbers.has(number)) continue;
      const poller: Poller = { number, state: 'asking', batch: [], due: false, round: state.nextPoller++, open: 0, done: [], failed: false };
      state.pollers.push(poller);
      this.ask(poller);
    }
  }
  private ask(poller: Poller): void {
    const { state, host } = this;
    const { size, window } = this.batching();
    const gathering = poller.state === 'gathering';
    if (!gathering) poller.state = 'asking';
    // Within a window it waits no longer than a second at a time, so as to notice its end.
    host.up(state, { do: 'receive', session: state.id, life: state.life, poller: poller.number, most: Math.max(1, Math.min(CALL, size - poller.batch.length)), wait: gathering ? Math.min(1, window) : poller.batch.length > 0 ? 0 : LONGEST_WAIT });
  }
  private invoke(poller: Poller): void {
    const { state, host } = this;
    const id = state.nextBatch++;
    const size = poller.batch.length;
    poller.state = 'invoking';
    poller.open = size;
    poller.done = [];
    poller.failed = false;
    for (const [i, held] of poller.batch.entries()) {
      if (this.listener.push({ ...held.delivery, batch: { id, size } }) === 'started' || i > 0) continue;
      // Throttled: nothing is said about the messages, which come back when their visibility timeout is over.
      host.throttled(state, poller.batch);
      state.rest = Math.min(LONGEST_REST, Math.max(1, state.rest * 2));
      return this.rest(poller, state.rest);
    }
    state.rest = 0;
  }
  private rest(poller: Poller, seconds: number): void {
    const { state, host } = this;
    this.clear(poller);
    poller.state = 'resting';
    host.later(seconds * SECOND, { do: 'ask', session: state.id, life: state.life, ref: poller.number });
  }
  private finish(poller: Poller): void {
    const { state, host } = this;
    // Unless the function says what failed, all of it did.
    const done = poller.failed && !this.can.partialBatch ? [] : poller.done;
    for (const held of poller.batch) if (!done.includes(held)) host.failed(held);
    if (state.loseNextAck && done.length > 0) state.loseNextAck = false;
    else for (let i = 0; i < done.length; i += CALL) host.up(state, { do: 'delete', session: state.id, life: state.life, held: done.slice(i, i + CALL) });
    this.clear(poller);
    if (poller.number >= this.wanted()) state.pollers = state.pollers.filter((one) => one !== poller);
    else this.ask(poller);
  }
  private clear(poller: Poller): void {
    Object.assign(poller, { batch: [], done: [], open: 0, due: false, state: 'asking', round: this.state.nextPoller++ });
  }
}
