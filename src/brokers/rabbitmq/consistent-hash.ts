import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';
import type { FieldValue, Table } from './events.ts';
import { jumpHash } from './jump-hash.ts';
import type { Binding, Exchange, Share } from './model.ts';
import { phash2, type Term } from './phash2.ts';

/** The exchange type x-consistent-hash (https://www.rabbitmq.com/docs/consistent-hash-exchange): one queue for each key, in shares by weight. */

const PROPERTIES = ['correlation_id', 'message_id', 'timestamp'];
const HEAVIEST = 10_000;

/** What a message is hashed by is said when the exchange is made. */
export function checkHashArguments({ 'hash-header': header, 'hash-property': property }: Table): Refusal | null {
  if ([header, property].some((one) => one !== undefined && typeof one !== 'string')) return errors.crash();
  if (header !== undefined && property !== undefined) return errors.hashTwice();
  return typeof property === 'string' && !PROPERTIES.includes(property) ? errors.unsupportedHashProperty(property) : null;
}

/** The binding key is the weight: how many buckets the destination gets. */
export function checkWeight(routingKey: string, since43: boolean): Refusal | null {
  if (!/^[+-]?[0-9]+$/.test(routingKey)) return errors.weightNotInteger(routingKey);
  if (Number(routingKey) < 1) return errors.weightTooSmall();
  return since43 && Number(routingKey) > HEAVIEST ? errors.weightTooLarge(HEAVIEST) : null;
}

type Place = Pick<Binding, 'destination' | 'destinationKind'>;
const same = (a: Place, b: Place) => a.destination === b.destination && a.destinationKind === b.destinationKind;

/** New buckets come last. A destination that has some keeps them, whatever the second binding weighs. */
export function withShare(ring: readonly Share[], { destination, destinationKind, routingKey }: Binding): readonly Share[] {
  const share = { destination, destinationKind, routingKey, weight: Number(routingKey) };
  return ring.some((one) => same(one, share)) ? ring : [...ring, share];
}
/** Whichever of its bindings goes, the destination loses all of its buckets; those after them move down. */
export function withoutShare(ring: readonly Share[], gone: Place): readonly Share[] {
  return ring.filter((one) => !same(one, gone));
}

/** What an exchange can hash. */
export interface Hashable {
  readonly routingKeys: readonly string[];
  readonly headers: Table;
  readonly correlationId: string | null;
  readonly messageId: string | null;
  /** Seconds. */
  readonly timestamp: number | null;
}

/** The one destination of a message; null when nothing is bound. */
export function shareOf({ ring, arguments: table }: Pick<Exchange, 'ring' | 'arguments'>, message: Hashable, since40: boolean): Share | null {
  const buckets = ring.reduce((sum, share) => sum + share.weight, 0);
  if (buckets === 0) return null;
  const term = hashedTerm(table, message, since40);
  let bucket = jumpHash(typeof term === 'number' ? term : phash2(term), buckets);
  return ring.find((share) => (bucket -= share.weight) < 0) ?? null;
}

const UNDEFINED: Term = { atom: 'undefined' };

function hashedTerm({ 'hash-header': header, 'hash-property': property }: Table, message: Hashable, since40: boolean): Term {
  if (typeof header === 'string') {
    const value = message.headers[header];
    if (value === undefined) return UNDEFINED;
    // 3.x hashes the value together with its type.
    if (!since40) return { tuple: typed(value) };
    const term = termOf(value);
    return isList(term) ? (term[0] ?? term) : term;
  }
  if (property === 'correlation_id') return message.correlationId ?? UNDEFINED;
  if (property === 'message_id') return message.messageId ?? UNDEFINED;
  if (property === 'timestamp') return message.timestamp === null ? UNDEFINED : String(message.timestamp);
  return message.routingKeys[0] ?? UNDEFINED;
}

const isList = (term: Term): term is readonly Term[] => Array.isArray(term);
const isTable = (value: FieldValue): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);
const LONGEST_INT = 2 ** 31;

/** A field's value as the broker's parser makes it (rabbit_binary_parser.erl): arrays and tables are lists of typed values. */
function termOf(value: FieldValue): Term {
  if (value === null) return UNDEFINED;
  if (typeof value === 'boolean') return { atom: String(value) };
  if (typeof value === 'number') return Number.isInteger(value) ? value : { float: value };
  if (typeof value === 'string') return value;
  return isTable(value) ? Object.entries(value).map(([name, one]) => ({ tuple: [name, ...typed(one)] })) : value.map((one) => ({ tuple: typed(one) }));
}
function typed(value: FieldValue): readonly Term[] {
  return [{ atom: typeName(value) }, termOf(value)];
}
function typeName(value: FieldValue): string {
  if (value === null) return 'void';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'longstr';
  if (typeof value !== 'number') return isTable(value) ? 'table' : 'array';
  if (!Number.isInteger(value)) return 'double';
  return value >= -LONGEST_INT && value < LONGEST_INT ? 'signedint' : 'long';
}
