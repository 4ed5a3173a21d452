/** A setting may exist only if two of its values give two histories: this walks every field of the descriptor. */
import { describe, expect, it } from 'vitest';
import type { Field } from '../../scenario/fields.ts';
import { startRun } from '../../simulation/run.ts';
import { nats } from './descriptor.ts';
import { leafScenario } from './leaves.test-kit.ts';
import { at, catalog, type Config, models, type Parts, scenarioOf } from './room.test-kit.ts';

interface Trial extends Parts {
  readonly values: readonly [unknown, unknown];
  /** Two servers, of which one is a leaf node. */
  readonly leaf?: true;
}
const SLOW: Config = { serviceTime: '200ms' };
const FAILS: Config = { failures: { rate: 1 }, serviceTime: '1ms' };
const KILLED = [at(1300, 'kill-nats-server', 'nats'), at(1500, 'start-nats-server', 'nats')];
const POWER = [at(2500, 'power-loss-nats-server', 'nats'), at(2600, 'start-nats-server', 'nats')];
/** The answer is late, so that the producer sends again. */
const RETRY: Parts = { producer: { retry: { attempts: 3, timeout: '50ms', base: '10ms' } }, publish: { latency: '60ms' } };
const CUT = [at(1500, 'cut', 'uplink'), at(6000, 'mend', 'uplink')];
const PUSH: Config = { deliver_subject: 'to.pay' };
const again = (stream: Config) => ({ stream, reader: SLOW });

/** Fields that matter only in special circumstances; the others are tried with two values of their range. */
const SPECIAL: Readonly<Record<string, Trial>> = {
  'cluster.version': { values: ['2.9.10', '2.10.27'], filter: { filter_subjects: 'orders.A orders.B' } },
  'cluster.max_payload': { values: [100, 10_000] },
  'cluster.sync_interval': { values: ['1s', 'always'], timeline: POWER, until: 6e6 },
  'cluster.nodes': { values: [1, 3], stream: { num_replicas: 3 }, timeline: [at(1000, 'stop-node', 'nats/node-1')] },
  'cluster.routeLatency': { values: ['500us', '20ms'], cluster: { nodes: 3 }, stream: { num_replicas: 3 } },
  'cluster.domain': { values: ['', 'plant'], leaf: true },
  'cluster.ping_interval': { values: ['1s', '2s'], leaf: true, timeline: CUT, until: 9e6 },
  'cluster.ping_max': { values: [1, 3], leaf: true, cluster: { ping_interval: '1s' }, timeline: CUT, until: 9e6 },
  'leafnode.reconnect': { values: ['1s', '2s'], leaf: true, cluster: { ping_interval: '500ms', ping_max: 1 }, timeline: CUT, until: 9e6 },
  'leafnode.latency': { values: ['10ms', '100ms'], leaf: true },
  'leafnode.jitter': { values: ['10ms', '100ms'], leaf: true },
  'leafnode.loss': { values: [0.1, 0.6], leaf: true },
  'stream.subjects': { values: ['orders.*', 'orders.A'], publish: { subject: 'orders.{key}' } },
  'stream.retention': { values: ['limits', 'interest'], filter: { filter_subjects: 'orders.Z' }, source: { filter_subject: 'orders.Z' }, timeline: [at(1000, 'remove-node', 'billing'), at(1000, 'remove-link', 'copy')], reader: SLOW },
  'stream.num_replicas': { values: [1, 3], cluster: { nodes: 3 }, timeline: [at(1000, 'stop-node', 'nats/node-1')] },
  'stream.storage': { values: ['file', 'memory'], timeline: KILLED, reader: SLOW, until: 6e6 },
  'stream.max_msgs': { values: [3, 300], ...again({}), consume: { PullMaxMessages: 1 } },
  'stream.max_bytes': { values: [2000, 2_000_000], ...again({}), consume: { PullMaxMessages: 1 } },
  'stream.max_age': { values: ['300ms', '30s'], ...again({}), consume: { PullMaxMessages: 1 } },
  'stream.max_msgs_per_subject': { values: [1, 100], ...again({}), consume: { PullMaxMessages: 1 } },
  'stream.max_msg_size': { values: [100, 10_000] },
  'stream.discard': { values: ['old', 'new'], ...again({ max_msgs: 3 }), consume: { PullMaxMessages: 1 } },
  'stream.discard_new_per_subject': { values: [true, false], ...again({ discard: 'new', max_msgs_per_subject: 1 }), consume: { PullMaxMessages: 1 } },
  'stream.duplicate_window': { values: ['100ms', '60s'], ...RETRY, producer: { rate: 5, retry: { attempts: 1, timeout: '200ms', base: '10ms' } }, publish: { 'Nats-Msg-Id': true, latency: '150ms' } },
  'stream.no_ack': { values: [true, false] },
  'stream.allow_msg_ttl': { values: [true, false], cluster: { version: '2.14.5' }, publish: { 'Nats-TTL': '1s' }, reader: SLOW, consume: { PullMaxMessages: 1 } },
  'stream.name': { values: ['jobs', 'tasks'], timeline: [at(1000, 'set', 'orders', { name: 'jobs' })] },
  'consumer.deliver_policy': { values: ['all', 'new'], timeline: [at(1000, 'delete-consumer', 'billing'), at(1100, 'create-consumer', 'billing')] },
  'consumer.opt_start_seq': { values: [2, 10], consumer: { deliver_policy: 'by_start_sequence' }, timeline: [at(1000, 'delete-consumer', 'billing'), at(1100, 'create-consumer', 'billing')] },
  'consumer.ack_policy': { values: ['explicit', 'none'], reader: SLOW },
  'consumer.ack_wait': { values: ['100ms', '900ms'], reader: SLOW },
  'consumer.backoff': { values: ['100ms 500ms', '900ms'], reader: SLOW },
  'consumer.max_deliver': { values: [1, 3], reader: FAILS },
  'consumer.max_ack_pending': { values: [1, 3], reader: SLOW },
  'consumer.max_waiting': { values: [1, 10], reader: { instances: 3, serviceTime: '5ms' } },
  'consumer.deliver_subject': { values: [undefined, 'to.pay'], reader: { instances: 2 } },
  'consumer.deliver_group': { values: [undefined, 'workers'], consumer: PUSH, reader: { instances: 2 } },
  'consumer.rate_limit_bps': { values: [20_000, 2_000_000], consumer: PUSH, stream: { max_msg_size: 1000 } },
  'consumer.replay_policy': { values: ['instant', 'original'], consumer: PUSH, timeline: [at(1000, 'delete-consumer', 'billing'), at(1500, 'create-consumer', 'billing')] },
  'consumer.inactive_threshold': { values: ['500ms', '30s'], timeline: [at(1000, 'crash', 'pay/1')], until: 4e6 },
  'consumer.name': { values: ['jobs', 'tasks'], timeline: [at(1000, 'set', 'billing', { name: 'jobs' })], reader: SLOW },
  'subject.subject': { values: ['pulse.*', 'pulse'], publishToSubject: { subject: 'pulse.{key}' } },
  'publish.subject': { values: ['orders.{key}', 'orders.all'], filter: { filter_subjects: 'orders.A' } },
  'publish.ack': { values: [true, false] },
  'publish.Nats-Msg-Id': { values: [true, false], ...RETRY },
  'publish.Nats-TTL': { values: ['1s', '9s'], cluster: { version: '2.14.5' }, stream: { allow_msg_ttl: true }, reader: SLOW, consume: { PullMaxMessages: 1 } },
  'publish.ReconnectBufSize': { values: [100, 8_388_608], timeline: KILLED, until: 5e6 },
  'publishToSubject.subject': { values: ['pulse', 'elsewhere'] },
  'publishToSubject.ReconnectBufSize': { values: [100, 8_388_608], timeline: KILLED, until: 5e6 },
  'filter.filter_subjects': { values: ['orders.A', 'orders.B'] },
  'source.filter_subject': { values: ['orders.A', 'orders.B'] },
  'consume.PullMaxMessages': { values: [1, 10], reader: { instances: 2, serviceTime: '200ms' } },
  'consume.PullThresholdMessages': { values: [1, 9], reader: { instances: 2, serviceTime: '100ms' }, consume: { PullMaxMessages: 10 } },
  'consume.PullExpiry': { values: ['1s', '20s'], reader: { instances: 4 }, consumer: { max_waiting: 2 } },
  'consume.nakDelay': { values: ['10ms', '500ms'], reader: FAILS },
  'listen.queue': { values: [undefined, 'team'], listener: { instances: 2 } },
  'listen.pendingMsgLimit': { values: [1, 100], listener: SLOW },
};
function range(field: Field): readonly [unknown, unknown] {
  return field.type === 'duration' ? ['10ms', '100ms'] : field.type === 'number' ? [0.1, 0.6] : [1, 3];
}
const LINKS = ['publish', 'publishToSubject', 'filter', 'source', 'consume', 'listen', 'leafnode'] as const;
const described = [...nats.nodes.map((n) => [n.kind.replace('nats.', ''), n.fields] as const), ...nats.links.map((l, i) => [LINKS[i] ?? '', l.fields] as const)];
const all = described.flatMap(([kind, fields]) => Object.entries(fields).map(([name, field]) => [`${kind}.${name}`, kind as keyof Parts, name, field] as const));

describe('every setting tells another history', () => {
  it.each(all)('%s', (path, kind, name, field) => {
    const trial: Trial = SPECIAL[path] ?? { values: range(field) };
    const hash = (value: unknown) => {
      const config = Object.fromEntries(Object.entries({ ...(trial[kind] as Config | undefined), [name]: value }).filter(([, v]) => v !== undefined));
      const run = startRun((trial.leaf ? leafScenario : scenarioOf)({ ...trial, [kind]: config }), models, catalog);
      run.simulation.run(trial.until ?? 3e6);
      return run.simulation.hash();
    };
    expect(hash(trial.values[0])).not.toBe(hash(trial.values[1]));
  });
  it('has no trial for a setting that is gone', () => {
    const known = new Set<string>(all.map(([path]) => path));
    expect(Object.keys(SPECIAL).filter((path) => !known.has(path))).toEqual([]);
  });
});
