import { deleteConsumer, rateOf, unheard, watchPause } from './consumers.ts';
import { us } from './config.ts';
import type { Core } from './core.ts';
import { expire } from './expiry.ts';
import { forgetIds } from './ingest.ts';
import type { Consumer, Stream } from './model.ts';
import { drop } from './protocol.ts';
import { recount } from './retention.ts';
import { INTERNAL } from './routing.ts';
import { deleteStream } from './streams.ts';
import { openInternal, restartSyncs } from './syncing.ts';

/** The process ends and begins again: connections, what waits in memory and memory streams are gone; what lies in files is not. */

export function restart(core: Core): void {
  for (const client of [...core.clients.values()]) if (client.name !== INTERNAL) drop(core, client, 'Server Shutdown');
  core.tasks.splice(0);
  core.routes.clear();
  openInternal(core);
  for (const stream of [...core.streams.values()]) {
    if (stream.config.storage === 'memory') deleteStream(core, stream);
    else reopen(core, stream);
  }
}
export function reopen(core: Core, stream: Stream): void {
  for (const consumer of [...stream.consumers.values()]) {
    if (consumer.config.mem_storage) deleteConsumer(core, stream, consumer, 'deleted');
    else revive(core, stream, consumer);
  }
  stream.ageTimer = -1;
  stream.idTimer = -1;
  // Ids are read from the messages that are still there.
  for (const [id, { seq }] of [...stream.ids]) if (!stream.store.messages.has(seq)) stream.ids.delete(id);
  if (stream.ids.size > 0) forgetIds(core, stream);
  expire(core, stream);
  restartSyncs(core, stream);
}
/** µs: the file of a consumer's state keeps the times of deliveries in whole seconds. */
const STORED_PRECISION = 1_000_000;

/** A consumer goes on without what only its process knew. @param precision µs of the times of deliveries it has kept */
export function revive(core: Core, stream: Stream, consumer: Consumer, precision = STORED_PRECISION): void {
  const { config, pending, held } = consumer;
  // What was held back had not gone out.
  if (held !== null && held.deliveries === 1) consumer.sseq = held.seq;
  Object.assign(consumer, unheard(config));
  consumer.rate = rateOf(core, stream, config);
  consumer.redeliver.clear();
  for (const out of pending.values()) out.at -= out.at % precision;
  if (pending.size > 0) core.arm(consumer, 'pending', 0);
  if (consumer.inactiveAfter > 0) core.arm(consumer, 'inactive', consumer.inactiveAfter);
  if (config.idle_heartbeat > 0) core.arm(consumer, 'heartbeat', us(config.idle_heartbeat));
  recount(core, stream, consumer);
  watchPause(core, consumer);
}
