import type { Refusal } from '../contract.ts';
import type { ConsumeArgs } from './api.ts';
import type { Core } from './core.ts';
import { armTimeouts, release } from './custody.ts';
import { errors } from './errors.ts';
import type { FieldValue, Reason, Table } from './events.ts';
import { deliverEvent } from './message.ts';
import type { Channel, Consumer, Copy, Envelope, Held, Queue, Reading } from './model.ts';
import { streamInterval } from './stream-arguments.ts';
import { filterOf, filterValueOf, passesFilter } from './stream-filter.ts';
import type { OffsetSpec, StreamLog } from './stream-log.ts';
import { asKept, chunkBytes } from './stream-message.ts';

/** Streams: queues that are read without being emptied (https://www.rabbitmq.com/docs/streams), as AMQP 0-9-1 clients meet them. */

export interface StreamQueue extends Queue {
  readonly stream: StreamLog;
}
export const isStream = (queue: Queue): queue is StreamQueue => queue.type === 'stream';

const readersOf = (queue: Queue) => [...queue.consumers.values()].flatMap((one) => one.reading ?? []);

const isAwaited = (queue: StreamQueue): boolean => readersOf(queue).some((one) => one.credit > 0 && queue.stream.isAtEnd(one));

/** A new message at the end of the log. It is there for every consumer. */
export function append(core: Core, queue: StreamQueue, sent: Envelope, parent: number | null): Copy {
  const now = core.now();
  const { stream, settings } = queue;
  const envelope = asKept(core, sent);
  const opened = stream.prepare(settings.maxSegmentBytes, now, isAwaited(queue));
  const copy: Copy = { id: core.counters.copy++, envelope, seq: stream.nextOffset, enqueuedAt: now, expiresAt: -1, level: 0, redelivered: false, acquired: 0, failed: 0 };
  // Dead letters come without a publisher's sequence.
  stream.append(copy, chunkBytes(core, envelope, settings.filterBytes), parent === null);
  core.emit({ kind: 'stored', copy: copy.id, message: envelope.message, queue: queue.name, offset: copy.seq, parent, filterValue: filterValueOf(envelope.cover.headers) });
  if (opened) retain(core, queue);
  readAll(core, queue);
  // Whoever has read to the end asks the writer to be told of more.
  if (isAwaited(queue)) answered(core, queue);
  return copy;
}

/** A new policy: the writer looks at retention, and at whether the latest segment is full. */
export function policyChanged(core: Core, queue: StreamQueue): void {
  retain(core, queue);
  answered(core, queue);
}

/** Deletes segments that are over the limits. Only a new segment or a new policy makes the broker look. */
function retain(core: Core, queue: StreamQueue): void {
  for (const { from, to, copies } of queue.stream.truncate(queue.settings, core.now(), readersOf(queue))) truncated(core, queue, from, to, copies, 'rabbitmq.stream_retention');
}
function truncated(core: Core, queue: Queue, from: number, to: number, copies: readonly Copy[], because: Reason): void {
  const open = [...queue.consumers.values()].filter((one) => one.reading?.segment === from).map(({ channel, tag }) => ({ connection: channel.connection.name, consumer: tag }));
  core.emit({ kind: 'truncated', queue: queue.name, from, to, copies: copies.map((copy) => copy.id), messages: copies.map((copy) => copy.envelope.message), because, open });
}
const LONGEST_REFERENCE = 255;
/** StoreOffset of the stream protocol: without an answer, and ignored when it makes no sense. */
export function storeOffset(core: Core, queue: StreamQueue, reference: string, offset: number): void {
  if (!queue.available || reference.length > LONGEST_REFERENCE) return;
  const opened = queue.stream.prepare(queue.settings.maxSegmentBytes, core.now(), false);
  queue.stream.track(reference, offset);
  core.emit({ kind: 'offset-stored', queue: queue.name, reference, offset });
  if (opened) retain(core, queue);
}

/** A consumer that comes makes the broker look whether the latest segment is full, too: before it reads in 3.x, after that since 4.0. */
export function look(core: Core, queue: StreamQueue): void {
  if (queue.stream.prepare(queue.settings.maxSegmentBytes, core.now(), true)) retain(core, queue);
}
/** Whoever asks the writer of a stream makes it look, too, once it has answered. */
export function answered(core: Core, queue: StreamQueue): void {
  if (queue.stream.isTracking) look(core, queue);
}
/** The stream is deleted. */
export function dropStream(core: Core, queue: StreamQueue, because: Reason): void {
  const copies = [...queue.stream.all()];
  if (copies.length > 0) truncated(core, queue, queue.stream.firstOffset, queue.stream.nextOffset - 1, copies, because);
}

const isTable = (value: FieldValue | undefined): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);

/** x-stream-offset; a timestamp is `{ timestamp: seconds }`, an interval `5m` counts back from now. */
export function offsetSpec(core: Core, queue: Queue, value: FieldValue | undefined): OffsetSpec | Refusal {
  if (value === undefined || value === 'next') return 'next';
  if (value === 'first' || value === 'last') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (isTable(value) && typeof value['timestamp'] === 'number') return { timestamp: value['timestamp'] * 1000 };
  const ms = typeof value === 'string' ? streamInterval(value) : 'crash';
  if (ms === 'crash' && !core.since43) return errors.crash();
  if (ms === null || ms === 'crash') return errors.invalidArgument('queue', queue.name, 'x-stream-offset', `{invalid_stream_offset_arg,{longstr,<<"${String(value)}">>}}`);
  return { timestamp: Math.floor(core.now() / 1000) - ms };
}

/** Why a stream cannot be consumed like this, or where to begin. */
export function openReading(core: Core, channel: Channel, queue: StreamQueue, args: ConsumeArgs): Reading | Refusal {
  const { arguments: table = {} } = args;
  const spec = offsetSpec(core, queue, table['x-stream-offset']);
  if (typeof spec === 'object' && 'refused' in spec) return spec;
  const { subscription } = args;
  if (subscription === undefined) {
    if (channel.prefetch === 0) return errors.streamWithoutPrefetch(queue.name);
    if (args.noAck === true) return errors.streamAutoAck(queue.name);
    if (channel.globalPrefetch > 0) return errors.globalQos(queue.name);
  }
  if (!queue.members.includes(channel.connection.node)) return errors.noLocalReplica(queue.name);
  if (!core.since40) look(core, queue);
  // Filters came with 3.13.
  const turn = subscription?.singleActive === true ? 'waits' : 'reads';
  return { ...queue.stream.locate(spec), credit: subscription?.credit ?? channel.prefetch, filter: core.since40 ? filterOf(table) : null, turn };
}

/** Consumers are gone: so are the deleted segments that only they had open. */
export const leave = (queue: StreamQueue) => queue.stream.release(readersOf(queue));

/** A consumer begins to read where it stands. */
export function beginReading(core: Core, queue: StreamQueue, consumer: Consumer): void {
  const { reading, channel, tag } = consumer;
  if (reading?.turn !== 'reads') return;
  core.emit({ kind: 'reading', queue: queue.name, connection: channel.connection.name, channel: channel.number, consumer: tag, from: reading.next, filter: reading.filter, filterBytes: queue.settings.filterBytes });
}

/** Every consumer reads on as far as its credit goes. */
export function readAll(core: Core, queue: StreamQueue): void {
  for (const consumer of [...queue.consumers.values()]) read(core, queue, consumer);
}
function read(core: Core, queue: StreamQueue, consumer: Consumer): void {
  const { reading } = consumer;
  if (reading?.turn !== 'reads' || queue.deleted || !queue.available) return;
  const opened = reading.segment;
  while (reading.credit > 0) {
    const copy = queue.stream.read(reading);
    if (copy === undefined) break;
    reading.next = copy.seq + 1;
    if (reading.filter === null || passesFilter(reading.filter, filterValueOf(copy.envelope.cover.headers), queue.settings.filterBytes)) handOver(core, queue, consumer, copy);
  }
  if (reading.segment !== opened) queue.stream.release(readersOf(queue));
}
function handOver(core: Core, queue: StreamQueue, consumer: Consumer, copy: Copy): void {
  const { channel, reading } = consumer;
  if (reading !== null) reading.credit--;
  const tag = channel.nextTag++;
  core.emit(deliverEvent(core, queue, copy, consumer, tag));
  // Several consumers can have the same message out.
  const held: Held = { copy, key: core.order(), queue, channel, tag, consumer, at: core.now(), stale: false };
  queue.held.set(held.key, held);
  channel.unacked.set(tag, held);
  consumer.unacked++;
  armTimeouts(core);
}

/** Acknowledged or not, a delivery gives credit to the consumer that has its tag now; nothing comes back. */
export function settleReads(core: Core, queue: StreamQueue, batch: readonly Held[], how: 'settled' | 'rejected' | 'abandoned'): void {
  for (const held of batch) {
    const { copy, channel, consumer, stale } = held;
    release(held);
    if (stale || consumer === null) continue;
    const { tag } = consumer;
    core.emit({ kind: 'read', copy: copy.id, message: copy.envelope.message, queue: queue.name, offset: copy.seq, connection: channel.connection.name, channel: channel.number, consumer: tag, how });
    const heir = channel.consumers.get(tag);
    if (heir?.queue === queue && heir.reading !== null) heir.reading.credit++;
  }
  if (!queue.deleted) readAll(core, queue);
}
