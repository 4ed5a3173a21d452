import type { Refusal } from '../contract.ts';
import type { Core } from './core.ts';
import { sameValue } from './arguments.ts';
import type { ExchangeArgs } from './api.ts';
import { checkHashArguments, checkWeight, type Hashable, shareOf, withoutShare, withShare } from './consistent-hash.ts';
import { errors } from './errors.ts';
import type { FieldValue, Reason, Table, Version } from './events.ts';
import { checkLocal, pickLocal } from './local-random.ts';
import type { Binding, Exchange, ExchangeType, Queue } from './model.ts';
import { bindingByModulus } from './modulus-hash.ts';
import { topicMatches, words } from './topic.ts';

const VERSIONS: readonly Version[] = ['3.10.8', '4.0.5', '4.3'];
/** Since when there is each type. */
const SINCE: Readonly<Record<ExchangeType, Version>> = { direct: '3.10.8', topic: '3.10.8', fanout: '3.10.8', headers: '3.10.8', 'x-consistent-hash': '3.10.8', 'x-local-random': '4.0.5', 'x-modulus-hash': '4.3' };
const isType = (type: string): type is ExchangeType => type in SINCE;
const knows = (version: Version, type: string): boolean => isType(type) && VERSIONS.indexOf(SINCE[type]) <= VERSIONS.indexOf(version);

/** Where the management plugin or an operator finds them on every virtual host. */
const predeclared: readonly [string, ExchangeType, boolean][] = [
  ['', 'direct', false],
  ['amq.direct', 'direct', false],
  ['amq.fanout', 'fanout', false],
  ['amq.headers', 'headers', false],
  ['amq.match', 'headers', false],
  ['amq.rabbitmq.trace', 'topic', true],
  ['amq.topic', 'topic', false],
];

export function createExchange(core: Core, args: Omit<ExchangeArgs, 'type'> & { type: ExchangeType }): Exchange {
  const exchange: Exchange = {
    name: args.exchange,
    type: args.type,
    durable: args.durable ?? true,
    autoDelete: args.autoDelete ?? false,
    internal: args.internal ?? false,
    arguments: args.arguments ?? {},
    alternate: null,
    bindings: new Map(),
    byKey: new Map(),
    matched: new Map(),
    ring: [],
  };
  core.exchanges.set(exchange.name, exchange);
  return exchange;
}

export function predeclare(core: Core): void {
  for (const [exchange, type, internal] of predeclared) createExchange(core, { exchange, type, internal });
}

export function checkExchange(args: ExchangeArgs, existing: Exchange | undefined, version: Version): Refusal | null {
  const { exchange: name, type, durable = true, autoDelete = false, internal = false, arguments: table = {} } = args;
  if (!knows(version, type)) return version === '3.10.8' ? errors.unknownExchangeType(type) : errors.unknownExchangeTypeSince40(type);
  if (name === '') return errors.defaultExchange();
  const alternate = table['alternate-exchange'];
  if (alternate !== undefined && typeof alternate !== 'string') return errors.invalidArgument('exchange', name, 'alternate-exchange', 'expected longstr');
  if (existing === undefined) {
    if (name.startsWith('amq.')) return errors.reservedName('exchange', name);
    return type === 'x-consistent-hash' ? checkHashArguments(table) : null;
  }
  if (type !== existing.type) return errors.inequivalentProperty('exchange', name, 'type', type, existing.type);
  if (durable !== existing.durable) return errors.inequivalentProperty('exchange', name, 'durable', durable, existing.durable);
  if (autoDelete !== existing.autoDelete) return errors.inequivalentProperty('exchange', name, 'auto_delete', autoDelete, existing.autoDelete);
  if (internal !== existing.internal) return errors.inequivalentProperty('exchange', name, 'internal', internal, existing.internal);
  const was = existing.arguments['alternate-exchange'];
  return sameValue(was, alternate) ? null : errors.inequivalent('exchange', name, 'alternate-exchange', alternate, was);
}

export const typeOf = (name: string): ExchangeType => (isType(name) ? name : 'direct');

const xMatches = ['all', 'any', 'all-with-x', 'any-with-x'];

/** Some types look at their bindings when they are made. */
export function checkBinding(core: Core, exchange: Exchange, binding: Pick<Binding, 'destination' | 'destinationKind' | 'routingKey' | 'arguments'>): Refusal | null {
  if (exchange.type === 'x-consistent-hash') return checkWeight(binding.routingKey, core.since43);
  if (exchange.type === 'x-local-random') return checkLocal(core, binding);
  if (exchange.type !== 'headers') return null;
  const how = binding.arguments['x-match'];
  if (how === undefined) return null;
  if (typeof how !== 'string') return errors.invalidXMatchType(how);
  return xMatches.includes(how) ? null : errors.invalidXMatch(how);
}

const canonical = (table: Table) => JSON.stringify(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
const identity = (b: Pick<Binding, 'destination' | 'destinationKind' | 'routingKey' | 'arguments'>) => `${b.destinationKind}\n${b.destination}\n${b.routingKey}\n${canonical(b.arguments)}`;

export function addBinding(exchange: Exchange, binding: Binding): boolean {
  const id = identity(binding);
  if (exchange.bindings.has(id)) return false;
  exchange.bindings.set(id, binding);
  exchange.matched.clear();
  if (exchange.type === 'direct') {
    const same = exchange.byKey.get(binding.routingKey);
    if (same === undefined) exchange.byKey.set(binding.routingKey, new Map([[id, binding]]));
    else same.set(id, binding);
  }
  if (exchange.type === 'x-consistent-hash') exchange.ring = withShare(exchange.ring, binding);
  return true;
}

export function removeBinding(exchange: Exchange, binding: Pick<Binding, 'destination' | 'destinationKind' | 'routingKey' | 'arguments'>): boolean {
  const id = identity(binding);
  if (!exchange.bindings.delete(id)) return false;
  exchange.matched.clear();
  const same = exchange.byKey.get(binding.routingKey);
  same?.delete(id);
  if (same?.size === 0) exchange.byKey.delete(binding.routingKey);
  if (exchange.type === 'x-consistent-hash') exchange.ring = withoutShare(exchange.ring, binding);
  return true;
}

/** Removes every binding to a destination; answers the auto-delete exchanges that lost their last one. */
export function removeBindingsTo(core: Core, kind: 'queue' | 'exchange', name: string): Exchange[] {
  const emptied: Exchange[] = [];
  for (const exchange of core.exchanges.values()) {
    let removed = false;
    for (const binding of [...exchange.bindings.values()]) {
      if (binding.destinationKind === kind && binding.destination === name) removed = removeBinding(exchange, binding) || removed;
    }
    if (removed && exchange.autoDelete && exchange.bindings.size === 0) emptied.push(exchange);
  }
  return emptied;
}

export function deleteExchange(core: Core, exchange: Exchange): void {
  core.exchanges.delete(exchange.name);
  core.emit({ kind: 'deleted', entity: 'exchange', name: exchange.name, because: null });
  for (const emptied of removeBindingsTo(core, 'exchange', exchange.name)) deleteExchange(core, emptied);
}

function headersMatch(args: Table, headers: Table): boolean {
  const how = args['x-match'] ?? 'all';
  const withX = how === 'all-with-x' || how === 'any-with-x';
  const any = how === 'any' || how === 'any-with-x';
  for (const [name, wanted] of Object.entries(args)) {
    if (name === 'x-match' || (!withX && name.startsWith('x-'))) continue;
    const found: FieldValue | undefined = headers[name];
    const hit = found !== undefined && (wanted === null || sameValue(found, wanted));
    if (hit && any) return true;
    if (!hit && !any) return false;
  }
  return !any;
}

/** Routing keys whose matches are remembered. */
const REMEMBERED = 4096;
/** What a topic exchange's bindings make of a routing key. */
function matchesOf({ bindings, matched }: Exchange, routingKey: string): readonly Binding[] {
  let found = matched.get(routingKey);
  if (found === undefined) {
    const key = words(routingKey);
    found = [...bindings.values()].filter((binding) => topicMatches(binding.words, key));
    if (matched.size >= REMEMBERED) matched.clear();
    matched.set(routingKey, found);
  }
  return found;
}
type Destination = Pick<Binding, 'destination' | 'destinationKind' | 'routingKey'>;
const alone = (found: Destination | null): readonly Destination[] => (found === null ? [] : [found]);

function matching(core: Core, exchange: Exchange, message: Hashable, node: string | null): Iterable<Destination> {
  const { routingKeys, headers } = message;
  switch (exchange.type) {
    case 'x-consistent-hash':
      return alone(shareOf(exchange, message, core.since40));
    case 'x-local-random':
      return alone(pickLocal(core, exchange, node));
    case 'x-modulus-hash':
      return alone(bindingByModulus(exchange, routingKeys));
    case 'direct':
      return routingKeys.flatMap((key) => [...(exchange.byKey.get(key)?.values() ?? [])]);
    case 'topic':
      if (routingKeys.length === 1) return matchesOf(exchange, routingKeys[0] as string);
      // In the order of the bindings, whichever key a binding matches.
      return [...exchange.bindings.values()].filter((binding) => routingKeys.some((key) => matchesOf(exchange, key).includes(binding)));
    case 'fanout':
      return exchange.bindings.values();
    case 'headers':
      return [...exchange.bindings.values()].filter((binding) => headersMatch(binding.arguments, headers));
  }
}

/** Before 4.0 nothing is routed to a classic queue whose node is down: it is as if it were not bound. */
const isAway = (core: Core, queue: Queue | undefined): boolean => !core.since40 && queue !== undefined && queue.type === 'classic' && !queue.available;
/** Why nothing was found. */
export const unroutedBecause = (core: Core): Reason => ([...core.queues.values()].some((queue) => isAway(core, queue)) ? 'rabbitmq.queue_unavailable' : 'rabbitmq.no_binding');

/**
 * The queues that a message reaches from an exchange, each once, in the order found. Every hop is an event.
 * @param node where that is found out: that of the publisher's connection, or of the queue in which the message died
 */
export function route(core: Core, first: Exchange, number: number, message: Hashable, node: string | null): string[] {
  const queues = new Set<string>();
  const seen = new Set<string>([first.name]);
  const open: Exchange[] = [first];
  for (let exchange = open.shift(); exchange !== undefined; exchange = open.shift()) {
    let found = false;
    const hop = (to: string, toKind: 'queue' | 'exchange', routingKey: string, via: 'binding' | 'alternate-exchange' | 'default') => {
      if (toKind === 'queue' && isAway(core, core.queues.get(to))) return;
      found = true;
      if (toKind === 'queue') {
        if (queues.has(to)) return;
        queues.add(to);
      } else {
        if (seen.has(to)) return;
        seen.add(to);
        const next = core.exchanges.get(to);
        if (next !== undefined) open.push(next);
      }
      core.emit({ kind: 'route', message: number, from: exchange.name, to, toKind, routingKey, via });
    };
    if (exchange.name === '') {
      for (const key of message.routingKeys) if (core.queues.has(key)) hop(key, 'queue', key, 'default');
    } else {
      for (const binding of matching(core, exchange, message, node)) hop(binding.destination, binding.destinationKind, binding.routingKey, 'binding');
    }
    if (!found && exchange.alternate !== null && core.exchanges.has(exchange.alternate)) {
      hop(exchange.alternate, 'exchange', message.routingKeys[0] ?? '', 'alternate-exchange');
    }
  }
  return [...queues];
}
