/** The commands that clients send, from the settings of their links; and what of a reply is handed on. */
import { micros } from '../../base/time.ts';
import type { Reply } from './core.ts';
import { type Id, parseId } from './ids.ts';
import type { Config, GroupPlan } from './plan.ts';
import type { Reading } from './sessions.ts';

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** XADD, for a publish link: what the server's version does not know it refuses. The payload is only a size: its field holds the number of the message. */
export function xadd(config: Config, key: string, message: number, producer: string): string[] {
  const maxlen = number(config['MAXLEN']);
  const limit = number(config['LIMIT']);
  const approximate = config['trim'] !== '=';
  const { references, idempotence } = config;
  return [
    ...['XADD', key],
    ...(config['NOMKSTREAM'] === true ? ['NOMKSTREAM'] : []),
    ...(typeof references === 'string' && references !== 'KEEPREF' ? [references] : []),
    ...(idempotence === 'IDMP' ? ['IDMP', producer, String(message)] : []),
    ...(idempotence === 'IDMPAUTO' ? ['IDMPAUTO', producer] : []),
    ...(maxlen === undefined ? [] : ['MAXLEN', approximate ? '~' : '=', String(maxlen), ...(approximate && limit !== undefined ? ['LIMIT', String(limit)] : [])]),
    ...['*', 'message', String(message)],
  ];
}
/** XREADGROUP, for a consume link. @param after per stream where the history goes on; null for what is new */
export function xreadgroup(config: Config, group: string, consumer: string, keys: readonly string[], after: Readonly<Record<string, string>> | null): string[] {
  const [count, block, idle] = [number(config['COUNT']), number(config['BLOCK']), number(config['min-idle-time'])];
  const claims = config['claim'] === 'CLAIM' && after === null && idle !== undefined;
  return [
    ...['XREADGROUP', 'GROUP', group, consumer],
    ...(count === undefined ? [] : ['COUNT', String(count)]),
    ...(block === undefined || after !== null ? [] : ['BLOCK', String(block)]),
    ...(claims ? ['CLAIM', String(idle)] : []),
    ...(config['NOACK'] === true ? ['NOACK'] : []),
    ...['STREAMS', ...keys, ...keys.map((key) => (after === null ? '>' : (after[key] ?? '0-0')))],
  ];
}
/** XAUTOCLAIM of one stream, from where the last one ended. */
export function xautoclaim(config: Config, key: string, group: string, consumer: string, cursor: string): string[] {
  return ['XAUTOCLAIM', key, group, consumer, String(config['min-idle-time'] ?? 60_000), cursor, 'COUNT', String(config['claimCount'] ?? 100)];
}
export function readingOf(config: Config, group: GroupPlan | undefined, keys: readonly string[]): Reading {
  return {
    noack: config['NOACK'] === true,
    ownPending: config['ownPending'] !== false,
    blocks: number(config['BLOCK']) !== undefined,
    pause: micros(String(config['pause'] ?? '1s')),
    claimEvery: config['claim'] === 'XAUTOCLAIM' ? micros(String(config['claimEvery'] ?? '10s')) : undefined,
    maxDeliveries: group?.maxDeliveries,
    hasDeadStream: group?.deadStream !== undefined,
    keys,
  };
}

/** An entry of a reply: its fields are nil when it was deleted. */
export interface Answer {
  readonly key: string;
  readonly id: Id;
  readonly exists: boolean;
}
const isList = (reply: Reply | undefined): reply is readonly Reply[] => Array.isArray(reply);
/** Entries of one stream: [[id, fields, …], …] */
export function entriesOf(key: string, reply: Reply | undefined): Answer[] {
  if (!isList(reply)) return [];
  return reply.flatMap((entry) => {
    const id = isList(entry) && typeof entry[0] === 'string' ? parseId(entry[0])?.id : undefined;
    return id === undefined || !isList(entry) ? [] : [{ key, id, exists: entry[1] !== null }];
  });
}
/** The reply to an XREADGROUP: [[key, entries], …], or nil. */
export function answersOf(reply: Reply): Answer[] {
  if (!isList(reply)) return [];
  return reply.flatMap((one) => (isList(one) && typeof one[0] === 'string' ? entriesOf(one[0], one[1]) : []));
}
