import type { Version } from './events.ts';
import type { QueueType } from './model.ts';

/**
 * What each type of queue can be asked for. A name that another type knows is refused, one that none knows is let through
 * (`capabilities()` of the three modules: https://github.com/rabbitmq/rabbitmq-server/blob/v4.0.5/deps/rabbit/src/rabbit_quorum_queue.erl).
 */

const TYPES: readonly QueueType[] = ['classic', 'quorum', 'stream'];
type Names = Readonly<Record<QueueType, readonly string[]>>;

const queues = ['x-expires', 'x-message-ttl', 'x-dead-letter-exchange', 'x-dead-letter-routing-key', 'x-max-length', 'x-max-length-bytes', 'x-overflow', 'x-single-active-consumer', 'x-queue-type'];
const quorumSince43 = ['x-consumer-disconnected-timeout', 'x-consumer-timeout', 'x-delayed-retry-type', 'x-delayed-retry-min', 'x-delayed-retry-max'];

function queueArguments(version: Version): Names {
  const [since40, since43] = [version !== '3.10.8', version === '4.3'];
  return {
    classic: [...queues, 'x-max-priority', 'x-queue-mode', 'x-queue-version', 'x-queue-master-locator', ...(since40 ? ['x-queue-leader-locator'] : [])],
    quorum: [...queues, 'x-dead-letter-strategy', 'x-max-in-memory-length', 'x-max-in-memory-bytes', 'x-quorum-initial-group-size', 'x-delivery-limit', 'x-queue-leader-locator', ...(since43 ? quorumSince43 : [])],
    stream: ['x-max-length-bytes', 'x-queue-type', 'x-max-age', 'x-stream-max-segment-size-bytes', 'x-initial-cluster-size', 'x-queue-leader-locator', ...(since43 ? ['x-stream-filter-size-bytes'] : [])],
  };
}
function consumerArguments(version: Version): Names {
  const [since40, since43] = [version !== '3.10.8', version === '4.3'];
  return {
    classic: ['x-priority', ...(since40 ? [] : ['x-cancel-on-ha-failover'])],
    quorum: ['x-priority', ...(since43 ? ['x-consumer-timeout'] : [])],
    stream: ['x-stream-offset', ...(since40 ? ['x-stream-filter', 'x-stream-match-unfiltered'] : [])],
  };
}
const tables = (make: (version: Version) => Names): Readonly<Record<Version, Names>> => ({ '3.10.8': make('3.10.8'), '4.0.5': make('4.0.5'), '4.3': make('4.3') });
const QUEUE = tables(queueArguments);
const CONSUMER = tables(consumerArguments);

/** The arguments of a queue that are looked at when it is declared, and compared when it is declared again. */
export const queueArgumentsOf = (type: QueueType, version: Version): readonly string[] => QUEUE[version][type];
/** The first of these names that only other types of queue know. */
export const foreignQueueArgument = (names: readonly string[], type: QueueType, version: Version): string | undefined => foreign(QUEUE[version], names, type);
export const foreignConsumerArgument = (names: readonly string[], type: QueueType, version: Version): string | undefined => foreign(CONSUMER[version], names, type);
const foreign = (table: Names, names: readonly string[], type: QueueType): string | undefined => names.find((name) => !table[type].includes(name) && TYPES.some((one) => table[one].includes(name)));

const streamKeys = ['max-age', 'stream-max-segment-size-bytes', 'initial-cluster-size'];
const classicKeys = ['max-priority', 'queue-mode', 'queue-master-locator'];
const quorumKeys = ['delivery-limit', 'dead-letter-strategy'];
const UNSUPPORTED_KEYS: Names = {
  classic: [...streamKeys, ...quorumKeys],
  quorum: [...streamKeys, ...classicKeys],
  stream: [...classicKeys, ...quorumKeys, 'max-in-memory-length', 'max-in-memory-bytes', 'expires', 'message-ttl', 'dead-letter-exchange', 'dead-letter-routing-key', 'max-length', 'overflow'],
};
/** Whether a policy with this key can be for queues of this type. */
export const knowsKey = (type: QueueType, key: string): boolean => !UNSUPPORTED_KEYS[type].includes(key);
