import type { Json, JsonObject, Operation } from '../../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../../src/testing/dice.ts';
import type { Player } from '../../contract.ts';

/** Random exchanges of all types, bound to queues and to each other: headers, alternates, sender-selected keys, consistent hashing. */

const QUEUES = ['q0', 'q1', 'q2', 'q3'];
const EXCHANGES = ['e0', 'e1', 'e2', 'e3'];
const WORDS = ['a', 'b', '', 'c', 'A', 'ä'];
const HEADERS = ['h', 'i', 'x-j'];
const VALUES: readonly Json[] = ['v', 'w', 1, 2, true, 1.5, null, ['v'], { k: 'v' }];
const TYPES = ['direct', 'topic', 'topic', 'fanout', 'headers', 'headers', 'x-consistent-hash'];
const typesOf = (version: string): readonly string[] => [...TYPES, ...(version.startsWith('3.') ? [] : ['x-local-random']), ...(version.startsWith('4.3') ? ['x-modulus-hash', 'x-modulus-hash'] : [])];

const key = (d: Dice): string => Array.from({ length: d.between(1, 3) }, () => d.pick(WORDS)).join('.');
const pattern = (d: Dice): string => Array.from({ length: d.between(1, 3) }, () => d.pick([...WORDS, '*', '*', '#', '#'])).join('.');
const headers = (d: Dice, p: number): JsonObject => d.some(Object.fromEntries(HEADERS.map((name) => [name, [p, () => d.pick(VALUES)] as const]))) as JsonObject;

export function routing(d: Dice, version: string): Player {
  const types = new Map(EXCHANGES.map((exchange) => [exchange, d.pick(typesOf(version))]));
  /** Which queue of several a local random exchange takes is chance: each has one. */
  const home = (exchange: string): string => QUEUES[EXCHANGES.indexOf(exchange)] ?? '';
  /** How an exchange of that type is bound. */
  const terms = (exchange: string): JsonObject => {
    switch (types.get(exchange)) {
      case 'topic':
        return { routingKey: pattern(d) };
      case 'headers':
        return { routingKey: d.pick(['', 'a']), arguments: { ...headers(d, 0.5), ...d.some({ 'x-match': [0.8, () => d.pick(['all', 'any', 'all-with-x', 'any-with-x', ...(d.chance(0.1) ? ['none'] : [])])] }) } as JsonObject };
      case 'x-consistent-hash':
        return { routingKey: d.chance(0.05) ? d.pick(['0', 'a', '', '-1']) : String(d.between(1, 3)) };
      case 'x-local-random':
        return { routingKey: d.chance(0.1) ? 'a' : '' };
      default:
        return { routingKey: key(d) };
    }
  };
  const exchange = (name: string): Operation => {
    const type = types.get(name) ?? 'direct';
    const args = type === 'x-consistent-hash' ? d.some({ 'hash-header': [0.2, () => 'h'], 'hash-property': [0.2, () => d.pick(['correlation_id', 'message_id'])] }) : {};
    const extra = d.some({ alternateExchange: [0.4, () => d.pick([...EXCHANGES, 'nowhere'])], internal: [0.1, () => true], autoDelete: [0.15, () => true], durable: [0.1, () => false] });
    return { op: 'exchange', exchange: name, type, arguments: args, ...extra } as Operation;
  };
  const bind = (op: 'bind' | 'unbind' = 'bind'): Operation => {
    const source = d.pick(EXCHANGES);
    if (d.chance(0.3)) return { op: `${op}Exchange`, source, destination: d.pick(EXCHANGES), ...terms(source) };
    return { op, exchange: source, queue: types.get(source) === 'x-local-random' ? home(source) : d.pick(QUEUES), ...terms(source) };
  };
  /** A binding that is refused has no place among what must succeed. */
  const first = (name: string): Operation => {
    const queue = d.pick(QUEUES);
    switch (types.get(name)) {
      case 'x-consistent-hash':
        return { op: 'bind', exchange: name, queue, routingKey: '2' };
      case 'x-local-random':
        return { op: 'bind', exchange: name, queue: home(name), routingKey: '' };
      case 'topic':
        return { op: 'bind', exchange: name, queue, routingKey: pattern(d) };
      case 'headers':
        return { op: 'bind', exchange: name, queue, routingKey: key(d), arguments: { 'x-match': d.pick(['all', 'any']), ...headers(d, 0.5) } as JsonObject };
      default:
        return { op: 'bind', exchange: name, queue, routingKey: key(d) };
    }
  };
  const setup: Operation[] = [...QUEUES.map((queue) => ({ op: 'queue', queue })), ...EXCHANGES.map(exchange).map((operation) => ({ ...operation, ...(operation['arguments'] !== undefined && Object.keys(operation['arguments'] as object).length === 2 ? { arguments: {} } : {}) })), ...EXCHANGES.map(first)];
  let made = 0;
  const publish = (): Operation => {
    const own = headers(d, 0.5);
    const selected = d.some({ CC: [0.25, () => Array.from({ length: d.between(1, 2) }, () => d.pick([...QUEUES, key(d)]))], BCC: [0.2, () => [d.pick([...QUEUES, key(d)])]] });
    const to = d.chance(0.8) ? { exchange: d.pick(EXCHANGES), routingKey: key(d) } : { exchange: '', routingKey: d.pick([...QUEUES, 'nowhere']) };
    return {
      op: 'publish',
      ...to,
      body: `m${++made}`,
      headers: { ...own, ...selected },
      ...d.some({ mandatory: [0.4, () => true], correlationId: [0.3, () => d.pick(['1', '2', '3'])], messageId: [0.3, () => d.pick(['1', '2', '3'])] }),
    } as Operation;
  };
  const others: readonly (() => Operation)[] = [
    bind,
    bind,
    () => bind('unbind'),
    () => ({ op: 'drain', queue: d.pick(QUEUES) }),
    () => ({ op: 'drain', queue: d.pick(QUEUES) }),
    () => ({ op: 'counts', queue: d.pick(QUEUES) }),
    () => (d.chance(0.4) ? { op: 'deleteExchange', exchange: d.pick(EXCHANGES), ...(d.chance(0.5) ? { ifUnused: true } : {}) } : publish()),
    () => (d.chance(0.4) ? { op: 'deleteQueue', queue: d.pick(QUEUES), ...d.some({ ifEmpty: [0.4, () => true], ifUnused: [0.3, () => true] }) } : publish()),
    () => (d.chance(0.5) ? exchange(d.pick(EXCHANGES)) : publish()),
    () => (d.chance(0.4) ? { op: 'policy', name: 'alternate', pattern: d.pick(['^e', '^e0$', '^e1$']), definition: { 'alternate-exchange': d.pick(EXCHANGES) } } : publish()),
  ];
  return { record: ['exchange', 'routingKey', 'headers', 'correlationId'], setup, next: () => (d.chance(0.5) ? publish() : d.pick(others)()), shown: () => undefined };
}
