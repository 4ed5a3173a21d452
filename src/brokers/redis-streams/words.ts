/** What Redis's reasons mean and what prevents them, in sentences. */
import type { Remedy, Words } from '../../scenario/descriptor.ts';

const at = (page: string): string => `https://redis.io/docs/latest/${page}`;
const command = (name: string): string => at(`commands/${name}/`);

export const reasons: Readonly<Record<string, Words>> = {
  'redis-streams.trimmed': { says: 'The stream was trimmed, and trimming pays no heed to what a group has not read yet.', rule: command('xtrim') },
  'redis-streams.xdel': { says: 'The entry was deleted before the group had read it.', rule: command('xdel') },
  'redis-streams.stream_deleted': { says: 'The stream was deleted, and its groups with it.', rule: command('del') },
  'redis-streams.stream_expired': { says: 'The stream expired, and its groups with it.', rule: command('expire') },
  'redis-streams.stream_evicted': { says: 'Memory ran out and the whole stream was evicted, groups and all.', rule: at('develop/reference/eviction/') },
  'redis-streams.deleted_while_pending': { says: 'It was trimmed or deleted while it was pending: when somebody asked for it again, only its ID was left.', rule: command('xreadgroup') },
  'redis-streams.consumer_deleted': { says: 'The consumer with which it was pending was deleted, and with it the memory of it: nobody in the group gets it again.', rule: command('xgroup-delconsumer') },
  'redis-streams.group_destroyed': { says: 'The group was destroyed, and its pending list with it.', rule: command('xgroup-destroy') },
  'redis-streams.setid': { says: 'The position of the group was moved: forward skips entries, back delivers them again.', rule: command('xgroup-setid') },
  'redis-streams.history': { says: 'The consumer came back and asked for what was still pending with it.', rule: command('xreadgroup') },
  'redis-streams.claimed': { says: 'It had been pending for min-idle-time, so another consumer claimed it, whether the first was still at work or not.', rule: command('xautoclaim') },
  'redis-streams.noack': { says: 'read with NOACK: over as soon as it is sent.', rule: command('xreadgroup') },
  'redis-streams.xack': { says: 'acknowledged.', rule: command('xack') },
  'redis-streams.rejected': { says: 'The consumer gave it up and acknowledged it, because its group has no dead stream.', rule: command('xack') },
  'redis-streams.gave_up': { says: 'The consumer gave it up: it was added to the dead stream and acknowledged.', rule: command('xpending') },
  'redis-streams.idempotent': { says: 'An entry of that name was there already, so nothing was added and the first ID was answered.', rule: at('develop/data-types/streams/idempotency/') },
  'redis-streams.not_on_disk': { says: 'The server started again with what was on its disk, which was less than it had in memory.', rule: at('operate/oss_and_stack/management/persistence/') },
  'redis-streams.failover': { says: 'A replica took the place of the master. Replication is asynchronous: the last writes, and the last acknowledgements, had not reached it.', rule: at('operate/oss_and_stack/management/replication/') },
  'redis-streams.server_down': { says: 'The server went down.', rule: at('operate/oss_and_stack/management/persistence/') },
  'redis-streams.replica_down': { says: 'A replica went down.', rule: at('operate/oss_and_stack/management/replication/') },
  'redis-streams.connection_closed': { says: 'The connection closed. What is pending stays with the name of the consumer.', rule: command('xreadgroup') },
  'redis-streams.ECONNREFUSED': { says: 'No server answers.', rule: at('develop/reference/clients/') },
  'redis-streams.OOM': { says: 'OOM: used memory is above maxmemory and nothing may be evicted, so what may need memory is refused.', rule: at('develop/reference/eviction/') },
  'redis-streams.NOREPLICAS': { says: 'NOREPLICAS: fewer good replicas than min-replicas-to-write.', rule: at('operate/oss_and_stack/management/replication/') },
  'redis-streams.NOGROUP': { says: 'NOGROUP: the stream or its group does not exist (any more).', rule: command('xreadgroup') },
  'redis-streams.BUSYGROUP': { says: 'BUSYGROUP: a group of that name exists already.', rule: command('xgroup-create') },
  'redis-streams.WRONGTYPE': { says: 'WRONGTYPE: the key holds no stream.', rule: at('develop/reference/protocol-spec/') },
  'redis-streams.NOMKSTREAM': { says: 'The stream does not exist, and NOMKSTREAM forbids to make it: the reply was nil.', rule: command('xadd') },
  'redis-streams.ERR': { says: 'ERR: the server does not understand the command as it is.', rule: at('develop/reference/protocol-spec/') },
  'redis-streams.UNBLOCKED': { says: 'UNBLOCKED: the stream went while the client waited for it.', rule: command('xreadgroup') },
};
export const remedies: Readonly<Record<string, Remedy>> = {
  'delivered-once': { says: 'A group delivers again whenever an acknowledgement is missing. Make the consumer idempotent, and min-idle-time longer than the work ever takes.' },
  'effect-once': { says: 'Make min-idle-time longer than the work ever takes, and keep a record of processed ids: a claim cannot know whether the first consumer is dead or slow.' },
  'no-loss': { says: 'Trim later than groups read (or with ACKED), acknowledge after the effect, and decide what a crash may cost: appendfsync, replicas and WAIT.' },
  dropped: { says: 'Raise MAXLEN, trim with ACKED so that only what all groups have acknowledged goes, and claim what a consumer left before it is deleted.' },
  'dead-lettered': { says: 'Look into the dead stream, mend the cause, then add the entries to the stream again.' },
  'poison-loop': { says: 'Give the group max deliveries and a dead stream: Redis itself never gives up.', edit: { field: 'maxDeliveries', value: 5 } },
  'growing-depth': { says: 'Add instances or slots to its consumers, or slow the producers. Redis pushes back only when memory is full.' },
  'prefetch-hogging': { says: 'Lower COUNT, so that work is shared.' },
  'idle-consumer': { says: 'What is pending with a dead consumer never moves by itself: claim it with XAUTOCLAIM.' },
  backpressure: { says: 'Trim, add consumers, or raise maxmemory. Until there is room, XADD is refused.' },
};
