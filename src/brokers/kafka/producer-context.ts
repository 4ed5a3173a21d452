/** What the parts of one producer share: its settings, its state, and its batches. */
import type { PublishListener } from '../contract.ts';
import { Timeouts } from '../timeouts.ts';
import { Accumulator } from './accumulator.ts';
import { type ClientHost, type ClientState, readOnce } from './connection.ts';
import { type ProducerSettings, producerSettings } from './producer-settings.ts';
import type { ErrorName } from './protocol.ts';
import type { Config } from './settings.ts';

export interface Sent {
  readonly broker: number;
  readonly batches: number[];
}
export interface ProducerState {
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
  /** Nothing goes to a broker before, µs: it throttles. */
  throttled: (readonly [broker: number, until: number])[];
  /** When brokers last had batches to be sent, and when some were, µs. */
  nodes: { readonly broker: number; readyAt: number; drainedAt: number }[];
  /** send() found no room: since when, µs; -1 when it did. */
  fullSince: number;
  fullOf: 'buffer memory' | 'metadata';
  /** max.block.ms is over: what the next send() fails with. */
  throws: 'BufferExhaustedException' | 'TimeoutException' | null;
  /** A send() found no room, or may have while the producer was closed: the application is to be told when there is. */
  owesRoom: boolean;
  /** It is about to be told. */
  roomDue: boolean;
  transaction: 'none' | 'open' | 'ending';
  /** Messages whose outcome waits for the end of the transaction. */
  uncertain: number[];
  endsWith: 'commit' | 'abort';
  /** Correlation of the EndTxn under way; -1 when none is. */
  endAsked: number;
}
const fresh = (): ProducerState => ({
  leaders: null,
  asking: false,
  asked: 0,
  idAsked: 0,
  refreshing: false,
  producerId: -1,
  epoch: -1,
  initialising: false,
  dead: null,
  sequences: [],
  sent: [],
  throttled: [],
  nodes: [],
  fullSince: -1,
  fullOf: 'metadata',
  throws: null,
  owesRoom: true,
  roomDue: false,
  transaction: 'none',
  uncertain: [],
  endsWith: 'commit',
  endAsked: -1,
});
const copied = (state: ProducerState): ProducerState => ({ ...state, sequences: [...state.sequences], sent: state.sent.map(([c, s]) => [c, { ...s, batches: [...s.batches] }]), throttled: [...state.throttled], nodes: state.nodes.map((node) => ({ ...node })), uncertain: [...state.uncertain] });

export class ProducerContext {
  readonly client: ClientState;
  readonly host: ClientHost;
  readonly listener: PublishListener;
  readonly accumulator = new Accumulator();
  private readonly read: () => ProducerSettings;
  state = fresh();

  constructor(client: ClientState, host: ClientHost, listener: PublishListener) {
    this.client = client;
    this.host = host;
    this.listener = listener;
    this.read = readOnce(() => this.config, producerSettings);
  }
  get settings(): ProducerSettings {
    return this.read();
  }
  get now(): number {
    return this.host.host.now();
  }
  get config(): Config {
    return this.host.config(this.client);
  }
  get topic(): string {
    return this.host.topicOf(this.client);
  }
  later(delay: number, name: string, arg: number): void {
    this.host.later(this.client, delay, name, arg);
  }
  /** Timeouts for one purpose: `timer(name, lane)` follows for them. */
  timeouts(name: string, whose: { stands(arg: number): boolean; expired(arg: number): void }): Timeouts {
    return new Timeouts({ now: () => this.now, call: (delay, lane) => this.later(delay, name, lane), ...whose });
  }
  /** There may be room for the application again. */
  freed(): void {
    const { state } = this;
    if (!state.owesRoom || state.roomDue) return;
    state.roomDue = true;
    // Not at once: whoever asks for room may be in the middle of sending.
    this.later(0, 'room', 0);
  }
  reset(): void {
    this.state = fresh();
  }
  save(): ProducerState {
    return copied(this.state);
  }
  load(state: ProducerState): void {
    this.state = copied(state);
  }
}
