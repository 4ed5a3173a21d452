import type { Refusal } from '../contract.ts';
import type { QueueArgs } from './api.ts';
import { foreignQueueArgument, queueArgumentsOf } from './capabilities.ts';
import { errors } from './errors.ts';
import type { FieldValue, Table, Version } from './events.ts';
import type { QueueType } from './model.ts';
import { checkStreamArguments, noStream, streamInterval, streamSettings, type StreamSettings } from './stream-arguments.ts';

/** What a queue goes by: its arguments and its policy together. Times in ms, null for none. */
export interface QueueSettings extends StreamSettings {
  readonly ttl: number | null;
  readonly expires: number | null;
  readonly maxLength: number | null;
  readonly overflow: 'drop-head' | 'reject-publish' | 'reject-publish-dlx';
  readonly deadLetterExchange: string | null;
  readonly deadLetterRoutingKey: string | null;
  readonly atLeastOnce: boolean;
  readonly maxPriority: number;
  readonly singleActive: boolean;
  /** Quorum; null for none. */
  readonly deliveryLimit: number | null;
  readonly consumerTimeout: number | null;
  /** Quorum, 4.3: how long what is out on a node that cannot be reached stays out. */
  readonly disconnectedTimeout: number;
  readonly delayedRetry: 'disabled' | 'all' | 'failed' | 'returned';
  readonly delayedRetryMin: number;
  readonly delayedRetryMax: number;
}

type Check = (value: FieldValue) => string | null;
const integer =
  (min: number): Check =>
  (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return `"expected integer, got ${typeof value === 'string' ? 'longstr' : typeof value}"`;
    return value < min ? (min === 1 && value === 0 ? '{value_zero,0}' : `{value_negative,${value}}`) : null;
  };
const text: Check = (value) => (typeof value === 'string' ? null : `{unacceptable_type,${typeof value}}`);
const bool: Check = (value) => (typeof value === 'boolean' ? null : `{unacceptable_type,${typeof value}}`);
const oneOf =
  (...allowed: string[]): Check =>
  (value) =>
    typeof value !== 'string' ? `{unacceptable_type,${typeof value}}` : allowed.includes(value) ? null : `{unsupported_value,<<"${value}">>}`;

const locators = ['client-local', 'balanced', 'least-leaders', 'random'];
const locator: Check = (value) => (typeof value !== 'string' ? `{unacceptable_type,${typeof value}}` : locators.includes(value) ? null : 'invalid_queue_locator_arg');

/** Ten years. */
const MAX_MS = 315_360_000_000;
const milliseconds =
  (min: number): Check =>
  (value) =>
    integer(min)(value) ?? (Number(value) > MAX_MS ? `{value_too_large,${value}}` : null);

const age: Check = (value) => {
  if (typeof value !== 'string') return `{unacceptable_type,${typeof value === 'number' ? 'signedint' : typeof value}}`;
  const ms = streamInterval(value);
  return ms === null ? 'invalid_max_age' : ms === 'crash' ? CRASH : null;
};
/** Instead of a reason: before 4.3 the server fails over the value. */
const CRASH = '';

/** In the order in which the server looks. */
const checks: Record<string, Check> = {
  'x-expires': milliseconds(1),
  'x-message-ttl': milliseconds(0),
  'x-dead-letter-exchange': text,
  'x-dead-letter-routing-key': text,
  'x-dead-letter-strategy': oneOf('at-most-once', 'at-least-once'),
  'x-max-length': integer(0),
  'x-max-length-bytes': integer(0),
  'x-max-in-memory-length': integer(0),
  'x-max-in-memory-bytes': integer(0),
  'x-max-priority': (value) => integer(0)(value) ?? (Number(value) > 255 ? `{max_value_exceeded,${value}}` : null),
  'x-overflow': oneOf('drop-head', 'reject-publish', 'reject-publish-dlx'),
  'x-queue-mode': oneOf('default', 'lazy'),
  'x-queue-version': integer(1),
  'x-single-active-consumer': bool,
  'x-quorum-initial-group-size': integer(1),
  'x-max-age': age,
  'x-stream-max-segment-size-bytes': integer(0),
  'x-initial-cluster-size': integer(1),
  'x-queue-leader-locator': locator,
  'x-consumer-timeout': integer(0),
  'x-consumer-disconnected-timeout': integer(0),
};
const types: readonly string[] = ['classic', 'quorum', 'stream'] satisfies QueueType[];
export const queueType = ({ 'x-queue-type': type }: Table): QueueType => (type === 'quorum' || type === 'stream' ? type : 'classic');

export function checkQueueArguments(args: QueueArgs, version: Version): Refusal | null {
  const { queue, durable = true, exclusive = false, autoDelete = false, arguments: table = {} } = args;
  const type = queueType(table);
  // From 4.3 on an empty name is none.
  const named = version === '4.3' && table['x-queue-type'] === '' ? undefined : table['x-queue-type'];
  if (named !== undefined && typeof named !== 'string') return errors.invalidArgument('queue', queue, 'x-queue-type', `{unacceptable_type,${typeof named}}`);
  if (named !== undefined && !types.includes(named)) return errors.invalidArgument('queue', queue, 'x-queue-type', `"unsupported queue type '${named}'"`);
  const foreign = foreignQueueArgument(Object.keys(table), type, version);
  if (foreign !== undefined) return errors.argumentNotForType(queue, foreign, type);
  const own = queueArgumentsOf(type, version);
  for (const [name, check] of Object.entries(checks)) {
    if (version === '4.3' && name === 'x-queue-mode') continue;
    const value = own.includes(name) ? table[name] : undefined;
    const why = value === undefined ? null : check(value);
    if (why !== null) return why === CRASH && version !== '4.3' ? errors.crash() : errors.invalidArgument('queue', queue, name, why === CRASH ? 'invalid_max_age' : why);
  }
  if ('x-dead-letter-routing-key' in table && !('x-dead-letter-exchange' in table)) {
    return errors.invalidArgument('queue', queue, 'x-dead-letter-routing-key', 'routing_key_but_no_dlx_defined');
  }
  if (version === '4.3' && table['x-queue-version'] === 1) return errors.invalidArgument('queue', queue, 'x-queue-version', "unsupported queue version '1'");
  if (version === '4.3' && 'x-queue-master-locator' in table) return errors.deprecated('queue_master_locator');
  // 4.3 up to 4.3.5 has no transient queues that are not exclusive; 4.3.6 has them again.
  if (type === 'classic') return null;
  if (autoDelete) return errors.propertyNotForType(queue, 'auto-delete');
  if (exclusive) return errors.propertyNotForType(queue, 'exclusive-owner');
  if (!durable) return errors.propertyNotForType(queue, 'non-durable');
  return type === 'stream' ? checkStreamArguments(table, version) : null;
}

export function sameValue(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

export function checkEquivalent(queue: { name: string; durable: boolean; autoDelete: boolean; arguments: Table }, again: QueueArgs, version: Version): Refusal | null {
  const { durable = true, autoDelete = false, arguments: table = {} } = again;
  if (durable !== queue.durable) return errors.inequivalentProperty('queue', queue.name, 'durable', durable, queue.durable);
  if (autoDelete !== queue.autoDelete) return errors.inequivalentProperty('queue', queue.name, 'auto_delete', autoDelete, queue.autoDelete);
  for (const name of queueArgumentsOf(queueType(queue.arguments), version)) {
    const [was, is] = [queue.arguments[name], table[name]];
    if (name === 'x-queue-type') {
      if (sameValue(was ?? 'classic', is ?? 'classic')) continue;
      const named = version === '3.10.8' ? is !== undefined && was !== undefined : true;
      if (named) return errors.inequivalentProperty('queue', queue.name, name, String(is ?? 'classic'), String(was ?? 'classic'));
    }
    if (!sameValue(was, is)) return errors.inequivalent('queue', queue.name, name, is, was);
  }
  return null;
}

const numberOr = (value: FieldValue | undefined): number | null => (typeof value === 'number' ? value : null);
const textOr = (value: FieldValue | undefined): string | null => (typeof value === 'string' ? value : null);
const lower = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.min(a, b));

const DEFAULT_DELIVERY_LIMIT = 20;

/** Before 4.0 a negative limit is passed at the first return. Since then it means none, and then the other one counts when it is not negative. */
function deliveryLimit(argument: number | null, policy: number | null, version: Version): number | null {
  let limit = lower(argument, policy);
  if (version === '3.10.8') return limit;
  if (argument !== null && policy !== null && (argument < 0 || policy < 0)) limit = Math.max(argument, policy);
  if (limit === null) return DEFAULT_DELIVERY_LIMIT;
  return limit < 0 ? null : limit;
}

const DISCONNECTED = 60_000;
const unset: QueueSettings = {
  ...noStream,
  ttl: null,
  expires: null,
  maxLength: null,
  overflow: 'drop-head',
  deadLetterExchange: null,
  deadLetterRoutingKey: null,
  atLeastOnce: false,
  maxPriority: 0,
  singleActive: false,
  deliveryLimit: null,
  consumerTimeout: null,
  disconnectedTimeout: DISCONNECTED,
  delayedRetry: 'disabled',
  delayedRetryMin: 0,
  delayedRetryMax: 0,
};

/** For numbers the lower of argument and policy counts, for names the argument, for the overflow of quorum queues the policy. Streams have settings of their own. */
export function settle(args: Table, policy: Table, version: Version): QueueSettings {
  const low = (name: string) => lower(numberOr(args[`x-${name}`]), numberOr(policy[name]));
  const own = (name: string) => textOr(args[`x-${name}`]) ?? textOr(policy[name]);
  const type = queueType(args);
  const quorum = type === 'quorum';
  if (type === 'stream') return { ...unset, ...streamSettings(args, policy), consumerTimeout: low('consumer-timeout') };
  const ofPolicy = (name: string) => textOr(policy[name]) ?? textOr(args[`x-${name}`]);
  const overflow = ((quorum ? ofPolicy('overflow') : own('overflow')) ?? 'drop-head') as QueueSettings['overflow'];
  const exchange = own('dead-letter-exchange');
  const retry = version === '4.3' && quorum ? ofPolicy('delayed-retry-type') : null;
  return {
    ...noStream,
    ttl: low('message-ttl'),
    expires: quorum && version === '3.10.8' ? (numberOr(policy['expires']) ?? numberOr(args['x-expires'])) : low('expires'),
    maxLength: low('max-length'),
    maxBytes: low('max-length-bytes'),
    // A quorum queue logs a warning about reject-publish-dlx and drops from its head.
    overflow: quorum && overflow === 'reject-publish-dlx' ? 'drop-head' : overflow,
    deadLetterExchange: exchange,
    deadLetterRoutingKey: exchange === null ? null : own('dead-letter-routing-key'),
    atLeastOnce: quorum && exchange !== null && overflow === 'reject-publish' && own('dead-letter-strategy') === 'at-least-once',
    maxPriority: quorum ? 0 : (numberOr(args['x-max-priority']) ?? 0),
    singleActive: args['x-single-active-consumer'] === true,
    deliveryLimit: quorum ? deliveryLimit(numberOr(args['x-delivery-limit']), numberOr(policy['delivery-limit']), version) : null,
    consumerTimeout: low('consumer-timeout'),
    disconnectedTimeout: low('consumer-disconnected-timeout') ?? DISCONNECTED,
    delayedRetry: (retry ?? 'disabled') as QueueSettings['delayedRetry'],
    delayedRetryMin: low('delayed-retry-min') ?? 0,
    delayedRetryMax: low('delayed-retry-max') ?? 0,
  };
}

/** Whole milliseconds as a string, or why not. */
export function checkExpiration(value: string): Refusal | null {
  const number = /^[+-]?\d+/.exec(value);
  if (number === null) return errors.invalidExpiration(value, 'no_integer');
  const rest = value.slice(number[0].length);
  if (rest !== '') return errors.invalidExpiration(value, `{leftover_string,"${rest}"}`);
  const ms = Number(number[0]);
  if (ms < 0) return errors.invalidExpiration(value, `{value_negative,${ms}}`);
  return ms > MAX_MS ? errors.invalidExpiration(value, `{value_too_large,${ms}}`) : null;
}
