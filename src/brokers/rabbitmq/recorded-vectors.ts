import { shareOf } from './consistent-hash.ts';
import type { Table } from './events.ts';
import type { Share } from './model.ts';
import { text } from './recorded-shapes.ts';
import { partitionFor } from './super-stream.ts';
import { topicMatches, words } from './topic.ts';

/** What the model makes of the rows of conformance/vectors. */

/** A ring of bindings with these weights, and which of them a routing key goes to. */
function hashed(row: Table) {
  const weights = Array.isArray(row['weights']) ? row['weights'] : [];
  const ring: Share[] = weights.map((weight, i) => ({ destination: String(i), destinationKind: 'queue', routingKey: String(weight), weight: Number(weight) }));
  const message = { routingKeys: [text(row['key'])], headers: {}, correlationId: null, messageId: null, timestamp: null };
  const share = shareOf({ ring, arguments: {} }, message, true);
  return { row: `${text(row['key'])} over ${JSON.stringify(weights)}`, expected: row['queue'] ?? null, actual: share === null ? null : Number(share.destination) };
}

/** To which partition of a super stream the clients send a routing key. */
function partitioned(row: Table) {
  const [key, partitions] = [text(row['key']), Number(row['partitions'])];
  return { row: `${key} over ${partitions}`, expected: row['partition'] ?? null, actual: partitionFor(key, partitions, 'hash') ?? null };
}

function matched(row: Table) {
  const [pattern, key] = [text(row['pattern']), text(row['key'])];
  return { row: `${pattern} ~ ${key}`, expected: row['match'] ?? null, actual: topicMatches(words(pattern), words(key)) };
}

/** By name of the file; null where the rows are of another broker. */
export function vectors(name: string, rows: readonly Table[]) {
  if (name === 'rabbitmq-consistent-hash') return rows.map(hashed);
  if (name === 'rabbitmq-super-stream') return rows.map(partitioned);
  return name === 'rabbitmq-topic' ? rows.map(matched) : null;
}
