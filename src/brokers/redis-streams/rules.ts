import type { Rules } from '../contract.ts';

/** What the model holds to be true of Redis streams, and where that is written. Tests are titled by these. */
export const rules = {
  R01: { name: 'id-grows', says: 'An ID must be greater than the last one of the stream, even when that entry is gone; 0-0 is never one.', source: 'https://redis.io/docs/latest/develop/data-types/streams/#entry-ids' },
  R02: { name: 'id-automatic', says: 'With * the server takes its clock, and when that has not moved on, or went back, one more than the last ID.', source: 'https://redis.io/docs/latest/commands/xadd/' },
  R03: { name: 'id-partial', says: 'With ms-* the server picks the sequence: 0 for a new millisecond, else one more than the last.', source: 'https://redis.io/docs/latest/commands/xadd/' },
  R04: { name: 'id-exhausted', says: 'After the greatest ID nothing can be added.', source: 'https://github.com/redis/redis/blob/8.0.2/src/t_stream.c' },
  R05: { name: 'xadd-makes', says: 'XADD makes the stream, unless NOMKSTREAM.', source: 'https://redis.io/docs/latest/commands/xadd/' },
  R06: { name: 'xadd-pairs', says: 'Fields and values come in pairs, at least one; repeated fields stay.', source: 'https://redis.io/docs/latest/commands/xadd/' },
  R07: { name: 'trim-exact', says: 'MAXLEN keeps the newest n, MINID what is not below an ID; XADD trims after it has added.', source: 'https://redis.io/docs/latest/commands/xtrim/' },
  R08: { name: 'trim-approximate', says: 'With ~ only whole nodes go (stream-node-max-entries 100, stream-node-max-bytes 4096), so that more stays than was asked.', source: 'https://redis.io/docs/latest/commands/xtrim/' },
  R09: { name: 'trim-limit', says: 'Approximate trimming takes at most LIMIT entries: 100 nodes unless said, 0 for no limit.', source: 'https://redis.io/docs/latest/commands/xtrim/' },
  R10: { name: 'trim-order', says: 'Trimming pays no heed to what groups have not read or not acknowledged.', source: 'https://redis.io/docs/latest/commands/xreadgroup/' },
  R11: { name: 'node-full', says: 'A node is full at stream-node-max-entries, the deleted ones included, or when the next entry would pass stream-node-max-bytes.', source: 'https://github.com/redis/redis/blob/8.0.2/redis.conf' },
  R12: { name: 'xdel', says: 'XDEL answers how many entries were there; groups skip the gap.', source: 'https://redis.io/docs/latest/commands/xdel/' },
  R13: { name: 'empty-stream', says: 'A stream without entries still exists, with its last ID and its groups.', source: 'https://redis.io/docs/latest/commands/xdel/' },
  R14: { name: 'xsetid', says: 'XSETID sets the last ID, but not below the last entry or the highest deleted one.', source: 'https://redis.io/docs/latest/commands/xsetid/' },
  R15: { name: 'range', says: 'A range includes its ends; ( excludes one; an ID without sequence covers its millisecond; - and + are the least and the greatest.', source: 'https://redis.io/docs/latest/commands/xrange/' },
  R16: { name: 'xread', says: 'XREAD gives every reader every entry after its ID, per stream at most COUNT; it changes nothing.', source: 'https://redis.io/docs/latest/commands/xread/' },
  R17: { name: 'xread-dollar', says: '$ stands for the last ID at the moment of the call: what is added between two calls with $ is missed.', source: 'https://redis.io/docs/latest/commands/xread/#the-special--id' },
  R18: { name: 'xread-plus', says: '+ reads the last entry.', source: 'https://redis.io/docs/latest/commands/xread/', since: '7.4' },
  R19: { name: 'block', says: 'With BLOCK a client waits for an entry of any of its streams, and gets nil when its time is over; 0 is for ever.', source: 'https://redis.io/docs/latest/commands/xread/#blocking-for-data' },
  R20: { name: 'block-order', says: 'Waiting clients are served in the order in which they came; XREAD clients all get the entry, of a group one does.', source: 'https://redis.io/docs/latest/commands/xread/#how-multiple-clients-blocked-on-a-single-stream-are-served' },
  R21: { name: 'block-gone', says: 'Who waits in a group is told when its group or stream goes; an XREAD waits on.', source: 'https://redis.io/docs/latest/commands/xreadgroup/' },
  R22: { name: 'group-position', says: 'A group begins after the ID it is created with: 0 for everything, $ for what is to come.', source: 'https://redis.io/docs/latest/commands/xgroup-create/' },
  R23: { name: 'group-names', says: 'A group needs its stream (or MKSTREAM), and its name is unique.', source: 'https://redis.io/docs/latest/commands/xgroup-create/' },
  R24: { name: 'group-share', says: 'Within a group > gives each entry to one consumer, whoever asks first; groups know nothing of each other.', source: 'https://redis.io/docs/latest/commands/xreadgroup/' },
  R25: { name: 'pending', says: 'What was given is pending with its consumer until it is acknowledged, and a lost connection changes nothing.', source: 'https://redis.io/docs/latest/commands/xreadgroup/' },
  R26: { name: 'noack', says: 'With NOACK what is given is not pending.', source: 'https://redis.io/docs/latest/commands/xreadgroup/' },
  R27: { name: 'history', says: 'An ID instead of > gives what is pending with this consumer after it, counts as a delivery, and never waits.', source: 'https://redis.io/docs/latest/commands/xreadgroup/' },
  R28: { name: 'history-deleted', says: 'A pending entry that was deleted comes without fields, and stays pending.', source: 'https://redis.io/docs/latest/commands/xreadgroup/#what-happens-when-a-pending-message-is-deleted' },
  R29: { name: 'consumer-made', says: 'A consumer comes into being when it is first named.', source: 'https://redis.io/docs/latest/commands/xreadgroup/' },
  R30: { name: 'consumer-made-empty', says: 'A read that finds nothing makes the consumer, too.', source: 'https://redis.io/docs/latest/commands/xinfo-consumers/', since: '7.2' },
  R31: { name: 'consumer-deleted', says: 'Deleting a consumer takes what is pending with it from the group for good, and answers how many.', source: 'https://redis.io/docs/latest/commands/xgroup-delconsumer/' },
  R32: { name: 'group-destroyed', says: 'Destroying a group drops all that is pending in it.', source: 'https://redis.io/docs/latest/commands/xgroup-destroy/' },
  R33: { name: 'group-setid', says: 'XGROUP SETID moves the position: back delivers again, forward skips; what is pending stays.', source: 'https://redis.io/docs/latest/commands/xgroup-setid/' },
  R34: { name: 'xack', says: 'XACK answers how many of the IDs were pending; a stream or group that does not exist counts 0.', source: 'https://redis.io/docs/latest/commands/xack/' },
  R35: { name: 'xpending', says: 'XPENDING gives a summary per consumer, or rows in the order of IDs, by range, count, consumer and IDLE.', source: 'https://redis.io/docs/latest/commands/xpending/' },
  R36: { name: 'claim', says: 'A claim moves what has been pending for min-idle-time to the claimant, resets its idle time and counts a delivery; of two only one succeeds.', source: 'https://redis.io/docs/latest/commands/xclaim/' },
  R37: { name: 'claim-justid', says: 'JUSTID answers IDs only and does not count a delivery.', source: 'https://redis.io/docs/latest/commands/xclaim/' },
  R38: { name: 'claim-options', says: 'IDLE, TIME and RETRYCOUNT set what is remembered, FORCE makes an entry pending that was not, LASTID moves the group on.', source: 'https://redis.io/docs/latest/commands/xclaim/' },
  R39: { name: 'claim-deleted', says: 'Claiming an entry that was deleted takes it from the pending list.', source: 'https://redis.io/docs/latest/commands/xclaim/' },
  R40: { name: 'autoclaim', says: 'XAUTOCLAIM scans the pending list from an ID: up to COUNT (100) claims, ten times as many looks, and answers where to go on, 0-0 at the end.', source: 'https://redis.io/docs/latest/commands/xautoclaim/' },
  R41: { name: 'autoclaim-deleted', says: 'XAUTOCLAIM names the deleted entries that it took from the pending list.', source: 'https://redis.io/docs/latest/commands/xautoclaim/' },
  R42: { name: 'lag', says: 'lag is what a group has yet to read; unknown after a start in the middle or a deletion ahead, until the end is reached.', source: 'https://redis.io/docs/latest/commands/xinfo-groups/#consumer-group-lag' },
  R43: { name: 'idle-inactive', says: 'idle counts from the last attempt of a consumer, inactive from the last success.', source: 'https://redis.io/docs/latest/commands/xinfo-consumers/', since: '7.2' },
  R44: { name: 'xinfo', says: 'XINFO STREAM tells length, last ID, highest deleted ID, entries ever added and groups; FULL all of it.', source: 'https://redis.io/docs/latest/commands/xinfo-stream/' },
  R45: { name: 'wrong-type', says: 'A stream command on a key of another type is refused.', source: 'https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors' },
  R46: { name: 'del', says: 'A stream that is deleted, renamed over or expired goes with its groups.', source: 'https://redis.io/docs/latest/commands/del/' },
  R47: { name: 'replication', says: 'Replicas are told what came of a command, not the command: the ID that was given, the length that was left, the claim that a read is.', source: 'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/' },
  R48: { name: 'restart', says: 'Saved and loaded, the server goes on as if nothing had been.', source: 'https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/' },
  R49: { name: 'references', says: 'KEEPREF leaves what is deleted or trimmed in the pending lists, DELREF takes it from them, ACKED deletes only what all groups have read and acknowledged, so that more stays than was asked.', source: 'https://redis.io/docs/latest/commands/xadd/', since: '8.2' },
  R50: { name: 'xdelex', says: 'XDELEX answers for each ID: 1 deleted, -1 not there, 2 still referenced.', source: 'https://redis.io/docs/latest/commands/xdelex/', since: '8.2' },
  R51: { name: 'xackdel', says: 'XACKDEL acknowledges and deletes: 1 done, -1 not pending, 2 acknowledged but still referenced by another group.', source: 'https://redis.io/docs/latest/commands/xackdel/', since: '8.2' },
  R52: { name: 'read-claim', says: 'With CLAIM min-idle-time, > first gives what has been pending for so long, the longest first, with its idle time and deliveries, then what is new; NOACK does not concern what is claimed.', source: 'https://redis.io/docs/latest/commands/xreadgroup/#the-claim-option', since: '8.4' },
  R53: { name: 'read-claim-block', says: 'Who waits with CLAIM is woken when something has been pending for long enough.', source: 'https://redis.io/docs/latest/commands/xreadgroup/#the-claim-option', since: '8.4' },
  R54: { name: 'idempotence', says: 'With IDMP a producer names its entry, with IDMPAUTO the fields do: an entry that is known is not added again, and its first ID is answered.', source: 'https://redis.io/docs/latest/develop/data-types/streams/idempotency/', since: '8.6' },
  R55: { name: 'idempotence-window', says: 'Per producer the last IDMP-MAXSIZE (100) names are known, for IDMP-DURATION (100 s); setting either anew clears them.', source: 'https://redis.io/docs/latest/commands/xcfgset/', since: '8.6' },
  R56: { name: 'entries-read-cap', says: 'ENTRIESREAD counts at most what was ever added.', source: 'https://github.com/redis/redis/blob/8.6.3/src/t_stream.c', since: '8.6' },
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof rules)[keyof typeof rules]['name'];

/** A test's title: the rule it proves. */
export function rule(name: Name): string {
  const [number, { says }] = Object.entries(rules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
