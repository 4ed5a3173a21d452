/** A setting may exist only if two of its values give two histories: this walks every field of the descriptor. */
import { describe, expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import type { Field } from '../../scenario/fields.ts';
import { startRun } from '../../simulation/run.ts';
import { redisStreams } from './descriptor.ts';
import { at, type Config, models, type Parts, scenarioOf } from './room.test-kit.ts';

interface Trial extends Parts {
  readonly values: readonly [unknown, unknown];
}
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
const RETRY: Parts = { producer: { retry: { attempts: 3, timeout: '50ms', base: '10ms' } }, publish: { latency: '60ms' } };

/** Fields that matter only in special circumstances; the others are tried with two values of their range. */
const SPECIAL: Readonly<Record<string, Trial>> = {
  'server.version': { values: ['8.0.2', '8.6.3'], publish: { MAXLEN: 2, references: 'ACKED' } },
  'server.maxmemory': { values: [500, 1500] },
  'server.maxmemory-policy': { values: ['noeviction', 'allkeys-lru'], server: { maxmemory: 500 } },
  'server.stream-node-max-entries': { values: [3, 50], consumer: SLOW, publish: { MAXLEN: 5 } },
  'server.stream-node-max-bytes': { values: [100, 4096], consumer: SLOW, publish: { MAXLEN: 5 }, producer: { size: 20 } },
  'server.appendonly': { values: ['no', 'yes'], timeline: KILLED },
  'server.appendfsync': { values: ['everysec', 'always'], server: { appendonly: 'yes' }, consumer: SLOW, timeline: POWER },
  'server.save': { values: ['1 1', ''], timeline: KILLED },
  'server.replicas': { values: [0, 1], server: { replicationDelay: '300ms', 'down-after-milliseconds': 100 }, timeline: FAILOVER },
  'server.replicationDelay': { values: ['10ms', '500ms'], server: REPLICAS, consumer: SLOW, timeline: FAILOVER },
  'server.down-after-milliseconds': { values: [100, 900], server: REPLICAS, timeline: FAILOVER },
  'server.min-replicas-to-write': { values: [0, 1], server: REPLICAS, timeline: [at(500, 'stop-replica', 'redis')], until: 15e6 },
  'server.min-replicas-max-lag': { values: [1, 3], server: { ...REPLICAS, 'min-replicas-to-write': 1 }, timeline: [at(500, 'stop-replica', 'redis')], until: 6e6 },
  'stream.name': { values: ['jobs', 'tasks'], timeline: [at(1000, 'set', 'orders', { name: 'jobs' })] },
  'stream.IDMP-DURATION': { values: [1, 60], ...RETRY, producer: { retry: { attempts: 1, timeout: '2s', base: '10ms' } }, publish: { idempotence: 'IDMP', latency: '1010ms' }, until: 9e6 },
  'stream.IDMP-MAXSIZE': { values: [1, 60], ...RETRY, publish: { idempotence: 'IDMP', latency: '60ms' } },
  'group.name': { values: ['team', 'crew'], timeline: [at(1000, 'set', 'billing', { name: 'team' })] },
  'group.deadStream': { values: ['dead', undefined], consumer: { ...FAILS, onFailure: 'reject' } },
  'group.maxDeliveries': { values: [1, 3], consumer: FAILS, consume: { claim: 'XAUTOCLAIM', 'min-idle-time': 100, claimEvery: '150ms' } },
  'publish.MAXLEN': { values: [2, 20], consumer: SLOW, publish: { trim: '=' } },
  'publish.trim': { values: ['~', '='], consumer: SLOW, publish: { MAXLEN: 5 } },
  'publish.LIMIT': { values: [2, 100], consumer: SLOW, publish: { MAXLEN: 5 }, server: { 'stream-node-max-entries': 3 } },
  'publish.references': { values: ['KEEPREF', 'ACKED'], consumer: SLOW, publish: { MAXLEN: 3, trim: '=' } },
  'publish.NOMKSTREAM': { values: [true, false], timeline: [at(1000, 'del', 'orders')] },
  'publish.idempotence': { values: ['none', 'IDMP'], ...RETRY },
  'publish.WAIT': { values: [0, 1], server: REPLICAS },
  'publish.waitTimeout': { values: [100, 900], server: REPLICAS, publish: { WAIT: 1 } },
  'read.id': { values: ['$', '0'], consumer: SLOW, timeline: [at(1000, 'set', 'of', { id: '$' })] },
  'consume.COUNT': { values: [1, 10], producer: { rate: 100 }, consumer: { instances: 2, serviceTime: '80ms' } },
  'consume.BLOCK': { values: [undefined, 100] },
  'consume.pause': { values: ['100ms', '900ms'], consume: { BLOCK: null } },
  'consume.NOACK': { values: [true, false] },
  'consume.ownPending': { values: [true, false], timeline: CRASH },
  'consume.claim': { values: ['none', 'XAUTOCLAIM'], consumer: TWO, timeline: DEAD, consume: { 'min-idle-time': 300, claimEvery: '200ms' } },
  'consume.min-idle-time': { values: [300, 900], consumer: TWO, timeline: DEAD, consume: { claim: 'XAUTOCLAIM', claimEvery: '200ms' } },
  'consume.claimEvery': { values: ['200ms', '900ms'], consumer: TWO, timeline: DEAD, consume: { claim: 'XAUTOCLAIM', 'min-idle-time': 300 } },
  'consume.claimCount': { values: [1, 100], consumer: { ...TWO, serviceTime: '500ms' }, timeline: DEAD, consume: { claim: 'XAUTOCLAIM', 'min-idle-time': 300, claimEvery: '200ms' }, until: 6e6 },
};
function range(field: Field): readonly [unknown, unknown] {
  return field.type === 'duration' ? ['10ms', '100ms'] : field.type === 'number' ? [0.1, 0.6] : [1, 3];
}
const kindOf = (kind: string) => kind.replace('redis-streams.', '');
const all = [...redisStreams.nodes, ...redisStreams.links].flatMap(({ kind, fields }) => Object.entries(fields).map(([name, field]) => [`${kindOf(kind)}.${name}`, kindOf(kind) as keyof Parts, name, field] as const));

describe('every setting tells another history', () => {
  it.each(all)('%s', (path, kind, name, field) => {
    const trial: Trial = SPECIAL[path] ?? { values: range(field) };
    const hash = (value: unknown) => {
      const config = Object.fromEntries(Object.entries({ ...(trial[kind] as Config | undefined), [name]: value }).filter(([, v]) => v !== undefined));
      const cleared = name !== 'BLOCK' || value !== undefined ? {} : { BLOCK: null };
      const scenario = scenarioOf({ ...trial, [kind]: { ...config, ...cleared } });
      const run = startRun(JSON.parse(JSON.stringify(scenario, (_, v) => (v === null ? undefined : v))), models, catalog);
      run.simulation.run(trial.until ?? 3e6);
      return run.simulation.hash();
    };
    expect(hash(trial.values[0])).not.toBe(hash(trial.values[1]));
  });
});
