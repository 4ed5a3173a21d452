/** What a Kafka client session needs of its room: requests out, answers in, timers of its own. */
import type { RandomStream } from '../../kernel/random.ts';
import type { Refusal, RoomHost } from '../contract.ts';
import { errors } from './errors.ts';
import { type GroupError, groupErrors } from './group/errors.ts';
import type { ErrorName, Request } from './protocol.ts';
import type { Config } from './settings.ts';

export interface ClientState {
  readonly id: string;
  readonly link: string;
  readonly client: string;
  readonly kind: 'publish' | 'receive';
  /** What the application wants: to be connected. */
  wanted: boolean;
  /** Incarnation: what belongs to an earlier one means nothing. */
  life: number;
  nextCorrelation: number;
}
/** Flights drawn of one request or response: a batch may have thousands of records. */
export const DRAWN = 8;

export interface ClientHost {
  readonly host: RoomHost;
  /**
   * Sends a request to a broker; `session.answered` follows, or never.
   * @param drawn messages that are shown on the way, at most DRAWN
   * @param correlation its number, when it has one already
   */
  request(state: ClientState, broker: number, request: Request, drawn: readonly number[], correlation?: number): number;
  /** It gave its connection to a broker up, and makes a new one: a process that stands still takes nothing from it. */
  reconnects(state: ClientState, broker: number): void;
  /** `session.timer(name, arg)` after `delay` µs, if this incarnation still lives. */
  later(state: ClientState, delay: number, name: string, arg: number): void;
  config(state: ClientState): Config;
  /** Name of the topic at the broker's end of the session's link. */
  topicOf(state: ClientState): string;
  luck(state: ClientState, purpose: string): RandomStream;
}
/** retry.backoff.ms doubled each time up to retry.backoff.max.ms, ±20 % (https://kafka.apache.org/44/configuration/producer-configs/#producerconfigs_retry.backoff.max.ms). @returns µs */
export function retryBackoff(config: Config, attempt: number, luck: RandomStream): number {
  const base = Number(config['retry.backoff.ms'] ?? 100);
  const most = Math.max(base, Number(config['retry.backoff.max.ms'] ?? 1000));
  let wait = base;
  for (let i = 1; i < attempt && wait < most; i++) wait *= 2;
  return Math.round(Math.min(wait, most) * (0.8 + 0.4 * luck.next()) * 1000);
}
/** A refusal by its name, whoever made it. */
export function refusalNamed(name: GroupError | ErrorName): Refusal {
  const { code, text } = name === 'NONE' ? errors.DISCONNECTED : { ...groupErrors, ...errors }[name];
  return { refused: true, name: `kafka.${name}`, code, text, closes: 'message' };
}
/** The client-id of a session's id "pay/1 link#3": all instances that read or write over one link share it. */
export function clientIdOf(session: string): string {
  const end = session.indexOf('#');
  return session.slice(session.indexOf(' ') + 1, end < 0 ? undefined : end);
}
/** "pay/1" of a session's id "pay/1 link#3". */
export function clientOf(session: string): string {
  return session.slice(0, session.indexOf(' '));
}
/** What is read from a configuration: anew when that is another one. */
export function readOnce<T>(config: () => Config, read: (config: Config) => T): () => T {
  let from: Config | undefined;
  let known: T;
  return () => {
    const now = config();
    if (now !== from) known = read((from = now));
    return known;
  };
}
