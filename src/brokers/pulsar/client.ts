/** What producers and consumers of the client library share: a connection per partition that comes back by itself. */
import type { Refusal } from '../contract.ts';
import type { Attachment, ClientState, Thing } from './traffic.ts';

/** The client's backoff: 100 ms, doubled up to a minute (initialBackoffIntervalNanos, maxBackoffIntervalNanos). */
const BACKOFF = 100_000;
const BACKOFF_MOST = 60e6;
/** µs: a topic that does not exist is asked for again. */
const UNFOUND = 1e6;

/** What sessions need of their room. */
export interface ClientHost {
  now(): number;
  up(state: ClientState, thing: Thing, messages?: readonly number[]): void;
  later(state: ClientState, delay: number, name: string, arg: number, partition?: string): void;
  config(state: ClientState): Readonly<Record<string, unknown>>;
  /** The partitions that it is to be connected to now. */
  partitions(state: ClientState): readonly string[];
  /** A broker, or the client library itself, said no. */
  refused(state: ClientState, refusal: Refusal): void;
}
/** Refusals after which the client library gives up for good. */
const FINAL = new Set(['ProducerFenced', 'IllegalArgumentException']);

export abstract class Client {
  readonly state: ClientState;
  protected readonly host: ClientHost;
  constructor(state: ClientState, host: ClientHost) {
    this.state = state;
    this.host = host;
  }
  open(): void {
    const { state, host } = this;
    if (state.wanted) return;
    state.wanted = true;
    for (const a of state.attachments) a.tries = 0;
    this.begin();
    this.extend();
    host.later(state, this.partitionsEvery(), 'partitions', 0);
  }
  close(how: 'graceful' | 'crash'): void {
    const { state, host } = this;
    if (!state.wanted) return;
    if (how === 'graceful') this.farewell();
    // The operating system ends the connections of a dead process: brokers learn of both kinds one hop later.
    for (const { partition, life, state: stands } of state.attachments) if (stands !== 'closed') host.up(state, { do: 'detach', session: state.id, partition, life });
    Object.assign(state, { wanted: false, life: state.life + 1 });
    this.end();
    for (const a of state.attachments) Object.assign(a, { state: 'closed', life: a.life + 1, taken: 0 });
  }
  /** Connects to partitions that were not there before. */
  extend(): void {
    const { state, host } = this;
    for (const partition of host.partitions(state)) {
      let a = this.at(partition);
      if (a === undefined) state.attachments.push((a = { partition, life: 0, state: 'closed', served: -1, tries: 0, taken: 0 }));
      if (a.state === 'closed' && a.tries === 0) this.attach(a);
    }
  }
  timer(name: string, arg: number, partition: string): void {
    const { state, host } = this;
    if (name === 'partitions') {
      this.extend();
      host.later(state, this.partitionsEvery(), 'partitions', 0);
    } else if (name === 'attach') {
      const a = this.at(partition);
      if (a?.state === 'closed' && a.life === arg) this.attach(a);
    } else this.due(name, arg, partition);
  }
  /** The broker's answer to the attempt to connect. */
  attached(a: Attachment, refusal: Refusal | 'waiting' | null): void {
    if (refusal === 'waiting') {
      a.state = 'waiting';
      return;
    }
    if (refusal === null) return this.granted(a);
    this.host.refused(this.state, refusal);
    this.rejected(a, refusal);
    a.state = 'closed';
    a.life++;
    if (FINAL.has(refusal.name)) this.over(a, refusal);
    else this.again(a);
  }
  granted(a: Attachment): void {
    a.state = 'open';
    a.tries = 0;
    this.opened(a);
  }
  /** The connection of one partition ended, by no doing of the client. */
  lost(a: Attachment, why: string): void {
    a.state = 'closed';
    a.life++;
    this.dropped(a, why);
    this.again(a);
  }
  protected at(partition: string): Attachment | undefined {
    return this.state.attachments.find((a) => a.partition === partition);
  }
  protected again(a: Attachment): void {
    a.tries++;
    this.host.later(this.state, Math.min(BACKOFF * 2 ** Math.min(a.tries - 1, 20), BACKOFF_MOST), 'attach', a.life, a.partition);
  }
  protected attach(a: Attachment): void {
    a.life++;
    a.state = 'opening';
    this.host.up(this.state, { do: 'attach', session: this.state.id, partition: a.partition, life: a.life });
  }
  protected number(name: string, fallback: number): number {
    const value = this.host.config(this.state)[name];
    return typeof value === 'number' ? value : fallback;
  }
  private partitionsEvery(): number {
    return this.state.attachments.length === 0 ? UNFOUND : this.number('autoUpdatePartitionsInterval', 60) * 1e6;
  }
  /** A new process. */
  protected abstract begin(): void;
  /** Before it closes in good order. */
  protected abstract farewell(): void;
  /** The process is gone, with what it held. */
  protected abstract end(): void;
  protected abstract opened(a: Attachment): void;
  protected abstract dropped(a: Attachment, why: string): void;
  protected abstract rejected(a: Attachment, refusal: Refusal): void;
  /** It will never be connected there. */
  protected abstract over(a: Attachment, refusal: Refusal): void;
  protected abstract due(name: string, arg: number, partition: string): void;
}
