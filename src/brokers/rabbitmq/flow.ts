import type { Core } from './core.ts';
import type { Connection, Queue } from './model.ts';

/** What holds publishers back: alarms of the cluster, and credit between processes. */

/** Whether what a connection publishes now is read: not during an alarm, which it is told of at its first publish, and not in state "flow". */
export function isReading(core: Core, connection: Connection): boolean {
  if (alarmed(core) && !connection.blocked) block(core, connection, true);
  return !connection.blocked && connection.throttledBy.size === 0;
}

export const alarmed = (core: Core) => core.memoryAlarm || core.diskAlarm;
const why = (core: Core) => [core.memoryAlarm ? 'low on memory' : '', core.diskAlarm ? 'low on disk' : ''].filter((one) => one !== '').join(' & ');

/** Alarms come and go with memory and disk; when the last is over, every connection of every node that was stopped goes on. */
export function noteAlarm(core: Core): void {
  const { disk_free_limit: limit } = core.settings;
  watchMemory(core);
  set(core, 'memory', core.forcedMemoryAlarm || core.memoryHigh);
  set(core, 'disk', core.diskFree < limit);
  if (alarmed(core) || core.blockedConnections === 0) return;
  for (const connection of core.connections.values()) if (connection.blocked) block(core, connection, false);
}

/** vm_memory_monitor looks once a second (DEFAULT_MEMORY_CHECK_INTERVAL, rabbit/src/vm_memory_monitor.erl): between two looks an alarm neither comes nor goes. */
const MEMORY_CHECK_INTERVAL = 1_000_000;
function watchMemory(core: Core): void {
  if (core.settings.memory <= 0 || core.memoryCheckAt > core.now()) return;
  if (core.memoryCheckAt >= 0) core.memoryHigh = core.memory() > core.settings.memory * core.settings.vm_memory_high_watermark;
  core.memoryCheckAt = core.now() + MEMORY_CHECK_INTERVAL;
  core.host.after(MEMORY_CHECK_INTERVAL, 'memory', 0);
}

function set(core: Core, resource: 'memory' | 'disk', on: boolean): void {
  const was = resource === 'memory' ? core.memoryAlarm : core.diskAlarm;
  if (was === on) return;
  if (resource === 'memory') core.memoryAlarm = on;
  else core.diskAlarm = on;
  core.emit({ kind: 'alarm', resource, on });
}

function block(core: Core, connection: Connection, on: boolean): void {
  connection.blocked = on;
  core.blockedConnections += on ? 1 : -1;
  core.emit({ kind: on ? 'blocked' : 'unblocked', connection: connection.name, reason: on ? why(core) : '' });
  if (!on) core.resumed.push(connection);
}

/** credit_flow_default_credit: 400 to begin with, and more when 200 are left. */
const INITIAL_CREDIT = 400;
const RESUME_AT = 200;

/** A queue process takes in so many messages a second; a sender 400 ahead of it stops. */
export function intake(core: Core, connection: Connection, queue: Queue): void {
  const rate = core.settings.queueIntakeRate;
  if (rate <= 0) return;
  const each = 1_000_000 / rate;
  queue.busyUntil = Math.max(queue.busyUntil, core.now()) + each;
  const behind = Math.floor((queue.busyUntil - core.now()) / each);
  if (behind < INITIAL_CREDIT || connection.throttledBy.has(queue.id)) return;
  connection.throttledBy.add(queue.id);
  core.emit({ kind: 'throttled', connection: connection.name, queue: queue.name, on: true });
  core.host.after(Math.ceil(queue.busyUntil - core.now() - RESUME_AT * each), 'credit', queue.id);
}

export function creditDue(core: Core, queueId: number): void {
  const queue = core.queuesById.get(queueId);
  const rate = core.settings.queueIntakeRate;
  const behind = queue === undefined || rate <= 0 ? 0 : ((queue.busyUntil - core.now()) * rate) / 1_000_000;
  const throttled = [...core.connections.values()].filter((connection) => connection.throttledBy.has(queueId));
  if (throttled.length === 0) return;
  if (behind > RESUME_AT) {
    core.host.after(Math.ceil(((behind - RESUME_AT) * 1_000_000) / rate), 'credit', queueId);
    return;
  }
  for (const connection of throttled) {
    connection.throttledBy.delete(queueId);
    core.emit({ kind: 'throttled', connection: connection.name, queue: queue?.name ?? '', on: false });
    core.resumed.push(connection);
  }
}
