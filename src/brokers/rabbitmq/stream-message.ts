import type { Core } from './core.ts';
import type { FieldValue } from './events.ts';
import type { Envelope } from './model.ts';
import { FILTER_VALUE } from './stream-filter.ts';

/** A message as a stream keeps it: AMQP 1.0 in a chunk of osiris (https://github.com/rabbitmq/osiris/blob/main/src/osiris_log.erl). Sizes as measured on 3.10.8 and 4.0.5. */

const isSimple = (value: FieldValue) => typeof value !== 'object' || value === null;

/** Lists and tables in headers do not fit into AMQP 1.0's properties and are left out. Since 4.0 annotations have room for them: CC, x-death and whatever begins with x-. */
export function asKept(core: Core, envelope: Envelope): Envelope {
  const headers = Object.fromEntries(Object.entries(envelope.cover.headers).filter(([name, value]) => isSimple(value) || (core.since40 && (name === 'CC' || (name.startsWith('x-') && name !== 'x-death')))));
  return { ...envelope, cover: { ...envelope.cover, headers, deaths: core.since40 ? envelope.cover.deaths : [] } };
}

/** Since 4.0 a publisher's channel fails over a filter value that is no string. */
export const isUnfilterable = (core: Core, { cover }: Envelope) => {
  const value = cover.headers[FILTER_VALUE];
  return core.since40 && value !== undefined && typeof value !== 'string';
};

const CHUNK = { before40: 164, since40: 150 };
const LONG_BODY = { before40: 255, since40: 256 };
const LONG_BODY_BYTES = 3;
const PROPERTY_BYTES = 20;
const SECTION_BYTES = 6;

/** The chunk's header, its message's sections and its filter. */
export function chunkBytes(core: Core, { size, cover }: Envelope, filterBytes: number): number {
  const { exchange, routingKeys, headers, correlationId, messageId, replyTo } = cover;
  const era = core.since40 ? 'since40' : 'before40';
  const names = exchange.length + (routingKeys[0] ?? '').length;
  const entries = Object.entries(headers);
  const table = entries.reduce((sum, [name, value]) => sum + name.length + 2 + valueBytes(value), entries.some(([name]) => !core.since40 || !name.startsWith('x-')) ? SECTION_BYTES : 0);
  const properties = [correlationId, messageId, replyTo].reduce((sum, one) => sum + (one === null ? 0 : PROPERTY_BYTES + one.length), 0);
  const filter = core.since40 && typeof headers[FILTER_VALUE] === 'string' && headers[FILTER_VALUE] !== '' ? filterBytes : 0;
  return CHUNK[era] + names + table + properties + filter + size + (size >= LONG_BODY[era] ? LONG_BODY_BYTES : 0);
}
function valueBytes(value: FieldValue): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value === 'number') return Math.abs(value) < 128 ? 2 : 5;
  return value === null ? 1 : 2;
}
