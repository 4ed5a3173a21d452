/** A client's side of the stream protocol: where it asks to begin, and what it subscribes to. */
import type { Outcome } from './api.ts';
import type { RabbitBroker } from './broker.ts';
import type { Config } from './declare.ts';
import type { FieldValue, Table } from './events.ts';
import type { SessionState } from './sessions.ts';
import type { ReaderName } from './stream-readings.ts';

/** Java's stream client: https://rabbitmq.github.io/rabbitmq-stream-java-client/stable/htmlsingle/#consumer-offset-tracking */
const MESSAGES_BEFORE_STORAGE = 10_000;
const CREDIT = 10;

/** One stream of a link: the stream itself, or a partition of a super stream. */
export interface Source {
  readonly name: string;
  /** -1 outside of a super stream. */
  readonly partition: number;
}
export const subscribes = (config: Config): boolean => config['method'] === 'subscribe';
const nameOf = (config: Config): string | undefined => (subscribes(config) && typeof config['name'] === 'string' && config['name'] !== '' ? config['name'] : undefined);

/** Who a client is to a stream: itself, or all of its name. */
export function readerName(config: Config, client: string): ReaderName {
  const name = nameOf(config);
  return name === undefined ? { reader: client, tracked: false } : { reader: name, tracked: true };
}
export function storesEvery(config: Config): number | undefined {
  return nameOf(config) === undefined ? undefined : Number(config['messageCountBeforeStorage'] ?? MESSAGES_BEFORE_STORAGE);
}

/** x-stream-offset as it is typed: digits are an offset. */
function offsetOf(config: Config): FieldValue | undefined {
  const typed = config['x-stream-offset'];
  return typeof typed === 'string' && typed !== '' ? (/^\d+$/.test(typed) ? Number(typed) : typed) : undefined;
}
/** Arguments of a consumer of a stream; none where nothing is set, as other queues refuse them. */
export function streamArguments(config: Config): Table {
  const offset = offsetOf(config);
  const filter = config['x-stream-filter'];
  return {
    ...(offset === undefined ? {} : { 'x-stream-offset': offset }),
    ...(typeof filter === 'string' && filter !== '' ? { 'x-stream-filter': filter.split(',').map((one) => one.trim()) } : {}),
    ...(config['x-stream-match-unfiltered'] === true ? { 'x-stream-match-unfiltered': true } : {}),
  };
}
/** Behind the offset that was stored under the client's name, else where it asks to. */
export function beginning(server: RabbitBroker, config: Config, stream: string): FieldValue {
  const name = nameOf(config);
  const stored = name === undefined ? undefined : server.queryOffset(stream, name);
  return stored !== undefined && !stored.refused ? stored.offset + 1 : (offsetOf(config) ?? 'next');
}

export const tagOf = (state: SessionState, { partition }: Source): string => (partition < 0 ? state.id : `${state.id} ${partition}`);

/** One subscription for each stream. @returns the first refusal, or the last answer */
export function subscribeAll(server: RabbitBroker, connection: string, channel: number, state: SessionState, config: Config, sources: readonly Source[]): Outcome {
  const name = nameOf(config);
  let answer: Outcome = { refused: false };
  for (const source of sources) {
    answer = server.subscribe(connection, channel, {
      stream: source.name,
      consumerTag: tagOf(state, source),
      credit: Number(config['credit'] ?? CREDIT),
      ...(name === undefined ? {} : { name }),
      singleActive: config['single-active-consumer'] === true,
      partition: source.partition,
      arguments: { ...streamArguments(config), 'x-stream-offset': beginning(server, config, source.name) },
    });
    if (answer.refused) return answer;
  }
  return answer;
}
