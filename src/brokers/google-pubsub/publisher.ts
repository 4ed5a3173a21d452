/** The client library's publisher: batches, flow control, retries, and ordering keys that pause after a failure. https://pkg.go.dev/cloud.google.com/go/pubsub/v2#Publisher */
import { utf8Length } from '../../base/utf8.ts';
import type { Outcome, PublishListener, PublishSession, Refusal } from '../contract.ts';
import { errors, isRetried, named } from './errors.ts';
import type { Attributes } from './filter.ts';
import type { Publishing } from './plan.ts';
import { LIMITS } from './publishing.ts';
import type { Batch, PublisherState, Thing } from './traffic.ts';

/** Between attempts of one request, µs: four times as long each time. */
const FIRST_RETRY = 100_000;
const LAST_RETRY = 60_000_000;

export interface PublisherHost {
  now(): number;
  up(state: PublisherState, thing: Thing, message?: number): void;
  later(delay: number, thing: Thing): void;
  publishing(state: PublisherState): Publishing;
  /** What goes with a message: by the link, at this moment. */
  labels(state: PublisherState, message: number): { readonly key: string; readonly attributes: Attributes; readonly size: number };
}
export class PubSubPublisher implements PublishSession {
  readonly awaited = true;
  private readonly state: PublisherState;
  private readonly host: PublisherHost;
  private readonly listener: PublishListener;
  constructor(state: PublisherState, host: PublisherHost, listener: PublishListener) {
    this.state = state;
    this.host = host;
    this.listener = listener;
  }
  open(): void {
    this.state.wanted = true;
    this.state.life++;
    this.listener.room();
  }
  close(how: 'graceful' | 'crash'): void {
    const { state } = this;
    if (!state.wanted) return;
    // Stop sends what was gathered, and waits for nothing.
    if (how === 'graceful') for (const id of [...state.open.values()]) this.flush(id);
    Object.assign(state, { wanted: false, life: state.life + 1, batches: new Map(), open: new Map(), queues: new Map(), paused: new Set(), outstanding: 0, outstandingBytes: 0, blocked: false });
  }
  send(message: number, _attempt: number): 'taken' | 'full' | Refusal {
    const answer = this.offer(message);
    return typeof answer === 'string' ? answer : named(answer);
  }
  private offer(message: number): 'taken' | 'full' | Refusal {
    const { state, host } = this;
    if (!state.wanted) return 'full';
    const options = host.publishing(state);
    const { key, attributes, size } = host.labels(state, message);
    if (key !== '' && !options.ordering) return errors.orderingNotEnabled();
    if (state.paused.has(key)) return errors.paused(key);
    const bytes = size + utf8Length(key) + Object.entries(attributes).reduce((sum, [name, value]) => sum + utf8Length(name) + utf8Length(value), 0);
    if (bytes > LIMITS.requestBytes) return this.refuse(key, errors.oversized());
    const refusal = this.exceeds(options, bytes);
    if (refusal !== undefined) {
      if (options.behavior === 'SignalError') return this.refuse(key, refusal);
      if (!state.blocked) this.listener.blocked('google-pubsub.flow_control');
      state.blocked = true;
      return 'full';
    }
    state.outstanding++;
    state.outstandingBytes += bytes;
    this.gather(options, key, { message, attributes }, bytes);
    return 'taken';
  }
  /** What the library itself does not take pauses its ordering key as a failed request does. https://github.com/googleapis/google-cloud-go/blob/main/pubsub/v2/publisher.go */
  private refuse(key: string, refusal: Refusal): Refusal {
    if (key !== '' && !this.host.publishing(this.state).resumes) for (const one of this.pause(key)) this.finish(one, errors.paused(key));
    return refusal;
  }
  /** Everything of an ordering key may be published again. @returns whether it was paused */
  resumePublish(key: string): boolean {
    return this.state.paused.delete(key);
  }
  get pausedKeys(): readonly string[] {
    return [...this.state.paused];
  }
  woken(why: 'flush' | 'again' | 'timeout', id: number): void {
    const batch = this.state.batches.get(id);
    if (batch === undefined) return;
    if (why === 'flush') this.flush(id);
    else if (why === 'again') this.dispatch(batch);
    else this.fail(batch, 'unknown');
  }
  answered(id: number, refusal: Refusal | null): void {
    const { state, host } = this;
    const batch = state.batches.get(id);
    if (batch === undefined) return;
    if (refusal !== null && isRetried(refusal)) {
      let wait = FIRST_RETRY;
      for (let n = 1; n < batch.tries; n++) wait = Math.min(LAST_RETRY, wait * 4);
      if (host.now() + wait < batch.until) return host.later(wait, { do: 'wake', why: 'again', ref: id, session: state.id, life: state.life });
    }
    if (refusal !== null) return this.fail(batch, refusal);
    this.finish(batch, 'confirmed');
    this.nextOf(batch.key);
  }

  private exceeds({ behavior, maxMessages, maxBytes }: Publishing, bytes: number): Refusal | undefined {
    const { outstanding, outstandingBytes } = this.state;
    if (behavior === 'Ignore') return undefined;
    if (maxMessages > 0 && outstanding >= maxMessages) return errors.flowMessages();
    // One message larger than the limit goes alone.
    return maxBytes > 0 && outstandingBytes > 0 && outstandingBytes + bytes > maxBytes ? errors.flowBytes() : undefined;
  }
  private gather(options: Publishing, key: string, item: Batch['items'][number], bytes: number): void {
    const { state, host } = this;
    let batch = state.batches.get(state.open.get(key) ?? -1);
    if (batch !== undefined && batch.bytes + bytes > LIMITS.requestBytes) {
      this.flush(batch.id);
      batch = undefined;
    }
    if (batch === undefined) {
      batch = { id: state.nextBatch++, key, items: [], bytes: 0, until: 0, tries: 0 };
      state.batches.set(batch.id, batch);
      state.open.set(key, batch.id);
      if (options.delay > 0 && options.count > 1) host.later(options.delay, { do: 'wake', why: 'flush', ref: batch.id, session: state.id, life: state.life });
    }
    batch.items.push(item);
    batch.bytes += bytes;
    if (options.delay === 0 || batch.items.length >= options.count || batch.bytes >= options.bytes) this.flush(batch.id);
  }
  /** The batch is full, or has waited long enough. Of an ordering key one request is under way at a time. */
  private flush(id: number): void {
    const { state } = this;
    const batch = state.batches.get(id);
    if (batch === undefined || state.open.get(batch.key) !== id) return;
    state.open.delete(batch.key);
    if (batch.key === '') return this.dispatch(batch);
    const queue = state.queues.get(batch.key);
    if (queue !== undefined) queue.push(id);
    else {
      state.queues.set(batch.key, []);
      this.dispatch(batch);
    }
  }
  private dispatch(batch: Batch): void {
    const { state, host } = this;
    if (batch.until === 0) {
      const { timeout } = host.publishing(state);
      batch.until = host.now() + timeout;
      host.later(timeout, { do: 'wake', why: 'timeout', ref: batch.id, session: state.id, life: state.life });
    }
    batch.tries++;
    const about = { session: state.id, life: state.life };
    const last = batch.items.at(-1)?.message ?? -1;
    for (const { message } of batch.items.slice(0, -1)) host.up(state, { do: 'ride', ...about }, message);
    host.up(state, { do: 'publish', ...about, batch: batch.id, key: batch.key, items: [...batch.items] }, last);
  }
  private nextOf(key: string): void {
    const { state } = this;
    if (key === '') return;
    const queue = state.queues.get(key);
    const next = state.batches.get(queue?.shift() ?? -1);
    if (next !== undefined) this.dispatch(next);
    else state.queues.delete(key);
  }
  private finish(batch: Batch, outcome: Outcome): void {
    const { state } = this;
    state.batches.delete(batch.id);
    state.outstanding -= batch.items.length;
    state.outstandingBytes -= batch.bytes;
    const told = typeof outcome === 'string' ? outcome : named(outcome);
    for (const { message } of batch.items) this.listener.outcome(message, told);
    if (!state.blocked) return;
    state.blocked = false;
    this.listener.unblocked();
    this.listener.room();
  }
  /** @returns what was gathered of the key and is not under way */
  private pause(key: string): Batch[] {
    const { state } = this;
    state.paused.add(key);
    const waiting = [...(state.queues.get(key)?.splice(0) ?? []), ...(state.open.has(key) ? [state.open.get(key) as number] : [])];
    state.open.delete(key);
    return waiting.flatMap((id) => state.batches.get(id) ?? []);
  }
  /** Of an ordering key everything that waits fails with it, and everything that comes until ResumePublish. */
  private fail(batch: Batch, outcome: Outcome): void {
    const { state, host } = this;
    const { key } = batch;
    const others = key === '' ? [] : this.pause(key);
    state.queues.delete(key);
    this.finish(batch, outcome);
    for (const one of others) this.finish(one, errors.paused(key));
    if (key !== '' && host.publishing(state).resumes) state.paused.delete(key);
  }
}
