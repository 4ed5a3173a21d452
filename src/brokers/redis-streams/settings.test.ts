/** The settings of Redis Streams, on one small system. */
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { at, type Config, type Configs, everySettingTellsAnotherHistory, type Trial } from '../../testing/settings-trial.ts';
import { loadModels } from '../models.ts';
import { redisStreams } from './descriptor.ts';
import { scenarioOf } from './room.test-kit.ts';

const models = await loadModels(['redis-streams']);

const stage = ({ producer = {}, consumer = {}, publish = {}, read = {}, consume = {}, ...kinds }: Configs, timeline: readonly TimelineEntry[]): Scenario =>
  scenarioOf({
    ...{ producer, consumer, publish, read, consume: { BLOCK: undefined, ...consume }, timeline },
    ...{ server: kinds['redis-streams.server'] ?? {}, stream: kinds['redis-streams.stream'] ?? {}, group: kinds['redis-streams.group'] ?? {} },
  });
const CRASH = [at(1000, 'crash-after-effect', 'pay/1'), at(1400, 'restart', 'pay/1')];
const FAILS: Config = { failures: { rate: 1 }, serviceTime: '1ms' };
/** Work that is slower than what comes in, so that much is unread or pending. */
const SLOW: Config = { serviceTime: '200ms' };
const TWO: Config = { instances: 2, serviceTime: '120ms' };
const DEAD = [at(1000, 'crash', 'pay/2')];
const KILLED = [at(1300, 'stop-server', 'redis'), at(1500, 'start-server', 'redis')];
const POWER = [at(1650, 'power-loss', 'redis'), at(1800, 'start-server', 'redis')];
const FAILOVER = [at(1000, 'failover', 'redis')];
const REPLICAS: Config = { replicas: 1, replicationDelay: '300ms', 'down-after-milliseconds': 100 };
/** The reply is late, so that the producer sends again. */
const RETRY: Configs = { producer: { retry: { attempts: 3, timeout: '50ms', base: '10ms' } }, publish: { latency: '60ms' } };

/** Fields that matter only in special circumstances; the others are tried with two values of their range. */
const TRIALS: Readonly<Record<string, Trial>> = {
  'redis-streams.server.version': { values: ['8.0.2', '8.6.3'], with: { publish: { MAXLEN: 2, references: 'ACKED' } } },
  'redis-streams.server.maxmemory': { values: [500, 1500] },
  'redis-streams.server.maxmemory-policy': { values: ['noeviction', 'allkeys-lru'], with: { 'redis-streams.server': { maxmemory: 500 } } },
  'redis-streams.server.stream-node-max-entries': { values: [3, 50], with: { consumer: SLOW, publish: { MAXLEN: 5 } } },
  'redis-streams.server.stream-node-max-bytes': { values: [100, 4096], with: { consumer: SLOW, publish: { MAXLEN: 5 }, producer: { size: 20 } } },
  'redis-streams.server.appendonly': { values: ['no', 'yes'], timeline: KILLED },
  'redis-streams.server.appendfsync': { values: ['everysec', 'always'], with: { 'redis-streams.server': { appendonly: 'yes' }, consumer: SLOW }, timeline: POWER },
  'redis-streams.server.save': { values: ['1 1', ''], timeline: KILLED },
  'redis-streams.server.replicas': { values: [0, 1], with: { 'redis-streams.server': { replicationDelay: '300ms', 'down-after-milliseconds': 100 } }, timeline: FAILOVER },
  'redis-streams.server.replicationDelay': { values: ['10ms', '500ms'], with: { 'redis-streams.server': REPLICAS, consumer: SLOW }, timeline: FAILOVER },
  'redis-streams.server.down-after-milliseconds': { values: [100, 900], with: { 'redis-streams.server': REPLICAS }, timeline: FAILOVER },
  'redis-streams.server.min-replicas-to-write': { values: [0, 1], with: { 'redis-streams.server': REPLICAS }, timeline: [at(500, 'stop-replica', 'redis')], until: 15e6 },
  'redis-streams.server.min-replicas-max-lag': { values: [1, 3], with: { 'redis-streams.server': { ...REPLICAS, 'min-replicas-to-write': 1 } }, timeline: [at(500, 'stop-replica', 'redis')], until: 6e6 },
  'redis-streams.stream.name': { values: ['jobs', 'tasks'], timeline: [at(1000, 'set', 'orders', { name: 'jobs' })] },
  'redis-streams.stream.IDMP-DURATION': { values: [1, 60], with: { ...RETRY, producer: { retry: { attempts: 1, timeout: '2s', base: '10ms' } }, publish: { idempotence: 'IDMP', latency: '1010ms' } }, until: 9e6 },
  'redis-streams.stream.IDMP-MAXSIZE': { values: [1, 60], with: { ...RETRY, publish: { idempotence: 'IDMP', latency: '60ms' } } },
  'redis-streams.group.name': { values: ['team', 'crew'], timeline: [at(1000, 'set', 'billing', { name: 'team' })] },
  'redis-streams.group.deadStream': { values: ['dead', undefined], with: { consumer: { ...FAILS, onFailure: 'reject' } } },
  'redis-streams.group.maxDeliveries': { values: [1, 3], with: { consumer: FAILS, consume: { BLOCK: 5000, claim: 'XAUTOCLAIM', 'min-idle-time': 100, claimEvery: '150ms' } } },
  'publish.MAXLEN': { values: [2, 20], with: { consumer: SLOW, publish: { trim: '=' } } },
  'publish.trim': { values: ['~', '='], with: { consumer: SLOW, publish: { MAXLEN: 5 } } },
  'publish.LIMIT': { values: [2, 100], with: { consumer: SLOW, publish: { MAXLEN: 5 }, 'redis-streams.server': { 'stream-node-max-entries': 3 } } },
  'publish.references': { values: ['KEEPREF', 'ACKED'], with: { consumer: SLOW, publish: { MAXLEN: 3, trim: '=' } } },
  'publish.NOMKSTREAM': { values: [true, false], timeline: [at(1000, 'del', 'orders')] },
  'publish.idempotence': { values: ['none', 'IDMP'], with: RETRY },
  'publish.WAIT': { values: [0, 1], with: { 'redis-streams.server': REPLICAS } },
  'publish.waitTimeout': { values: [100, 900], with: { 'redis-streams.server': REPLICAS, publish: { WAIT: 1 } } },
  'read.id': { values: ['$', '0'], with: { consumer: SLOW }, timeline: [at(1000, 'set', 'of', { id: '$' })] },
  'consume.COUNT': { values: [1, 10], with: { producer: { rate: 100 }, consumer: { instances: 2, serviceTime: '80ms' } } },
  'consume.BLOCK': { values: [undefined, 100] },
  'consume.pause': { values: ['100ms', '900ms'] },
  'consume.NOACK': { values: [true, false] },
  'consume.ownPending': { values: [true, false], timeline: CRASH },
  'consume.claim': { values: ['none', 'XAUTOCLAIM'], with: { consumer: TWO, consume: { BLOCK: 5000, 'min-idle-time': 300, claimEvery: '200ms' } }, timeline: DEAD },
  'consume.min-idle-time': { values: [300, 900], with: { consumer: TWO, consume: { BLOCK: 5000, claim: 'XAUTOCLAIM', claimEvery: '200ms' } }, timeline: DEAD },
  'consume.claimEvery': { values: ['200ms', '900ms'], with: { consumer: TWO, consume: { BLOCK: 5000, claim: 'XAUTOCLAIM', 'min-idle-time': 300 } }, timeline: DEAD },
  'consume.claimCount': { values: [1, 100], with: { consumer: { ...TWO, serviceTime: '500ms' }, consume: { BLOCK: 5000, claim: 'XAUTOCLAIM', 'min-idle-time': 300, claimEvery: '200ms' } }, timeline: DEAD, until: 6e6 },
};
everySettingTellsAnotherHistory(redisStreams, models, stage, TRIALS);
