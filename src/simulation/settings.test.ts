/** The clients' settings and RabbitMQ's, on one small system. */
import { rabbitmq } from '../brokers/rabbitmq/descriptor.ts';
import { loadModels } from '../brokers/models.ts';
import { clients } from '../clients/descriptor.ts';
import type { Scenario, TimelineEntry } from '../scenario/document.ts';
import { at, type Config, type Configs, everySettingTellsAnotherHistory, type Trial } from '../testing/settings-trial.ts';

const models = await loadModels(['rabbitmq']);

/** A small system in which most settings matter. Nodes and links by id; the subject of a field is found by its kind. */
function scenario(configs: Configs, timeline: readonly TimelineEntry[]): Scenario {
  const c = (id: string, base: Config = {}) => ({ ...base, ...configs[id] });
  const partitioned = configs['rabbitmq.super-stream'] !== undefined;
  const target = configs['publish']?.['method'] !== 'publish' ? 'rabbitmq.exchange' : partitioned ? 'rabbitmq.super-stream' : 'rabbitmq.queue';
  return {
    version: 1,
    title: 'settings',
    seed: 5,
    nodes: [
      { id: 'producer', kind: 'producer', config: c('producer', { rate: 50, keys: { count: 4 } }) },
      { id: 'rabbitmq.cluster', kind: 'rabbitmq.cluster', config: c('rabbitmq.cluster') },
      { id: 'rabbitmq.exchange', kind: 'rabbitmq.exchange', parent: 'rabbitmq.cluster', config: c('rabbitmq.exchange', { type: 'topic' }) },
      { id: 'other', kind: 'rabbitmq.exchange', parent: 'rabbitmq.cluster', config: { type: 'fanout' } },
      { id: 'rabbitmq.queue', kind: 'rabbitmq.queue', parent: 'rabbitmq.cluster', config: c('rabbitmq.queue') },
      { id: 'dead', kind: 'rabbitmq.queue', parent: 'rabbitmq.cluster' },
      { id: 'consumer', kind: 'consumer', config: c('consumer', { serviceTime: '30ms' }) },
      { id: 'second', kind: 'consumer', config: { serviceTime: '30ms' } },
      ...(partitioned ? [{ id: 'rabbitmq.super-stream', kind: 'rabbitmq.super-stream', parent: 'rabbitmq.cluster', config: c('rabbitmq.super-stream') }] : []),
      ...READERS.flatMap((kind) => (configs[kind] ? [{ id: kind, kind, config: configs[kind] }] : [])),
    ],
    links: [
      { id: 'publish', kind: 'publish', from: 'producer', to: target, config: c('publish', { routingKey: 'a.b' }) },
      { id: 'bind', kind: 'bind', from: 'rabbitmq.exchange', to: 'rabbitmq.queue', config: c('bind', { routingKey: '#' }) },
      { id: 'lost', kind: 'bind', from: 'other', to: 'dead' },
      { id: 'consume', kind: 'consume', from: 'rabbitmq.queue', to: 'consumer', config: c('consume') },
      { id: 'consume2', kind: 'consume', from: 'rabbitmq.queue', to: 'second' },
      ...(partitioned ? [{ id: 'consume3', kind: 'consume', from: 'rabbitmq.super-stream', to: 'consumer', config: { method: 'subscribe', 'x-stream-filter': configs['publish']?.['x-stream-filter-value'] === undefined ? '' : 'A' } }] : []),
      ...READERS.flatMap((kind) => (configs[kind] ? [{ id: `read ${kind}`, kind: 'consume', from: 'rabbitmq.queue', to: kind }] : [])),
      ...(configs['bridge'] ? [{ id: 'pass', kind: 'publish', from: 'bridge', to: 'dead' }] : []),
    ],
    timeline,
  };
}
const DLX: Config = { 'x-dead-letter-exchange': 'other' };
const BUSY: Configs = { producer: { rate: 200 }, consume: { prefetch: 1 } };
const ALONE = at(100, 'remove-link', 'consume2');
const FAILS: Configs = { consumer: { failures: { rate: 0.5 }, serviceTime: '30ms' } };
const CRASH = [ALONE, at(500, 'crash-after-effect', 'consumer/1'), at(900, 'restart', 'consumer/1')];
/** Kinds that are there only when a trial is about them. */
const READERS = ['function', 'bridge'];
const OTHERS_GONE = [at(1, 'remove-link', 'consume'), at(1, 'remove-link', 'consume2')];
const GONE = [at(300, 'remove-link', 'consume'), at(310, 'remove-link', 'consume2')];

const CLIENTS: Readonly<Record<string, Trial>> = {
  'producer.rate': { values: [10, 50] },
  'producer.burst': {
    values: [
      { size: 3, every: '1s' },
      { size: 4, every: '1s' },
    ],
    with: { producer: { arrivals: 'bursts' } },
  },
  'producer.onOff': {
    values: [
      { on: '200ms', off: '300ms' },
      { on: '400ms', off: '300ms' },
    ],
    with: { producer: { arrivals: 'on-off', rate: 50 } },
  },
  'producer.ramp': {
    values: [
      { to: 10, over: '1s' },
      { to: 100, over: '1s' },
    ],
    with: { producer: { arrivals: 'ramp', rate: 50 } },
  },
  'producer.limit': { values: [5, 50] },
  'producer.priority': { values: [1, 3], with: { producer: { rate: 200 }, 'rabbitmq.queue': { 'x-max-priority': 5 }, consume: { prefetch: 1 } }, timeline: [at(200, 'set', 'publish', { priority: 2 }), at(600, 'set', 'publish', { priority: null })] },
  'producer.size': { values: [1000, 900_000], with: { producer: { rate: 200 }, 'rabbitmq.queue': { 'x-max-length-bytes': 1_000_000 }, consume: { prefetch: 1 } } },
  'producer.pushback': { values: ['drop', 'block'], timeline: [at(500, 'memory-alarm', 'rabbitmq.cluster'), at(1200, 'memory-alarm-clears', 'rabbitmq.cluster')] },
  'producer.bufferLimit': { values: [2, 20], with: { producer: { pushback: 'buffer', rate: 50 } }, timeline: [at(500, 'memory-alarm', 'rabbitmq.cluster'), at(1200, 'memory-alarm-clears', 'rabbitmq.cluster')] },
  'producer.retry': { values: [{ attempts: 0 }, { attempts: 2, base: '50ms' }], with: { producer: { rate: 200 }, 'rabbitmq.queue': { 'x-max-length': 3, 'x-overflow': 'reject-publish' } } },
  'producer.keys': {
    values: [
      { count: 2, skew: 0 },
      { count: 9, skew: 1 },
    ],
    with: { publish: { routingKey: '{key}' }, bind: { routingKey: 'A' } },
  },
  'consumer.failures': { values: [{ rate: 0 }, { rate: 0.5 }] },
  'consumer.onFailure': { values: ['requeue', 'reject'], with: FAILS },
  'consumer.retry': { values: [{ attempts: 0 }, { attempts: 3, base: '20ms' }], with: { consumer: { failures: { rate: 0.6 }, onFailure: 'retry-in-place', serviceTime: '30ms' } } },
  'consumer.idempotency': { values: ['none', 'inbox'], timeline: CRASH },
  'consumer.window': { values: [1, 1000], with: { producer: { rate: 200 }, consumer: { idempotency: 'id-window', concurrency: 4, serviceTime: { exponential: { mean: '30ms' } } } }, timeline: [ALONE, ...[500, 600, 700].map((ms) => at(ms, 'lose-next-ack', 'consumer/1'))], until: 30e6 },
  'consumer.restartAfter': { values: ['300ms', '900ms'], timeline: [at(500, 'crash', 'consumer/1')] },
  'consumer.concurrency': { values: [1, 3], with: { producer: { rate: 200 } } },
  'bridge.failures': { values: [{ rate: 0 }, { rate: 0.5 }] },
  'bridge.onFailure': { values: ['requeue', 'reject'], with: { bridge: { failures: { rate: 0.5 } } } },
  'bridge.settle': { values: ['after-send', 'after-confirm'] },
  'bridge.retry': {
    values: [
      { attempts: 0, timeout: '50ms' },
      { attempts: 2, timeout: '50ms' },
    ],
    timeline: [at(400, 'delay', 'pass', { by: '200ms' })],
  },
  'bridge.concurrency': { values: [1, 3], with: { producer: { rate: 200 }, bridge: { serviceTime: '50ms' } } },
  'bridge.restartAfter': { values: ['300ms', '900ms'], timeline: [at(500, 'crash', 'bridge/1')] },
  'function.provisioned': { values: [1, 3], with: { function: { serviceTime: '200ms' } } },
  'function.keepWarm': { values: ['50ms', '5s'], with: { producer: { rate: 5 } }, timeline: OTHERS_GONE },
  'function.failures': { values: [{ rate: 0 }, { rate: 0.5 }] },
  'function.idempotency': { values: ['none', 'inbox'], timeline: [...OTHERS_GONE, at(800, 'crash-after-effect', 'function')] },
  'function.window': { values: [1, 1000], with: { function: { idempotency: 'id-window', concurrency: 4, serviceTime: { exponential: { mean: '30ms' } } } }, timeline: [...OTHERS_GONE, ...[800, 900, 1000].map((ms) => at(ms, 'lose-next-ack', 'function/1'))], until: 30e6 },
};
const STREAM: Config = { 'x-queue-type': 'stream' };
const SLOW: Configs = { producer: { rate: 50, size: 200 }, consumer: { serviceTime: '300ms' } };
/** Segments of a few messages. */
const SMALL: Config = { 'x-stream-max-segment-size-bytes': 1000 };
const SUBSCRIBE: Config = { method: 'subscribe', name: 'reader', 'x-stream-offset': 'first' };
const PUBLISH: Config = { method: 'publish', routingKey: '{key}' };
/** A filter value that the smallest Bloom filter does not tell from "A". */
const LIKE_A = 'v3217';
const BACK = [at(500, 'crash', 'consumer/1'), at(900, 'restart', 'consumer/1')];
const TWO_DOWN = [at(400, 'stop-node', 'rabbitmq.cluster/node-2'), at(400, 'stop-node', 'rabbitmq.cluster/node-3')];
const THREE: Configs = { 'rabbitmq.cluster': { nodes: 3 } };
const FIRST_DOWN = [at(400, 'stop-node', 'rabbitmq.cluster/node-1')];
const SUPER: Configs = { publish: PUBLISH, 'rabbitmq.super-stream': {} };
const RABBITMQ: Readonly<Record<string, Trial>> = {
  'rabbitmq.cluster.version': { values: ['3.10.8', '4.0.5'], with: { consumer: { failures: { rate: 1 }, serviceTime: '1ms' }, 'rabbitmq.queue': { 'x-queue-type': 'quorum', ...DLX } } },
  'rabbitmq.cluster.nodes': { values: [1, 3], with: { 'rabbitmq.queue': { 'x-queue-type': 'quorum' } }, timeline: [at(400, 'stop-node', 'rabbitmq.cluster/node-1')] },
  'rabbitmq.cluster.memory': { values: [150, 1000], with: { producer: { rate: 200, size: 100_000 } } },
  'rabbitmq.cluster.vm_memory_high_watermark': { values: [0.51, 0.9], with: { 'rabbitmq.cluster': { memory: 200 }, producer: { rate: 200, size: 100_000 } } },
  'rabbitmq.cluster.consumer_timeout': { values: [60_000, 0], with: { consumer: { serviceTime: '5min' } }, until: 200e6 },
  'rabbitmq.exchange.type': { values: ['topic', 'direct'] },
  'rabbitmq.exchange.alternate-exchange': { values: [undefined, 'other'], with: { bind: { routingKey: 'none' } } },
  'rabbitmq.exchange.durable': { values: [true, false], timeline: [at(400, 'stop-cluster', 'rabbitmq.cluster'), at(700, 'start-cluster', 'rabbitmq.cluster')], until: 15e6 },
  'rabbitmq.exchange.auto-delete': { values: [true, false], timeline: [at(400, 'remove-link', 'bind')] },
  'rabbitmq.exchange.internal': { values: [true, false] },
  'rabbitmq.exchange.name': { values: ['shop', 'other-shop'], with: { consumer: { failures: { rate: 0.5 }, onFailure: 'reject' }, 'rabbitmq.queue': { 'x-dead-letter-exchange': 'shop' } } },
  'rabbitmq.queue.name': { values: ['jobs', 'tasks'], timeline: [at(300, 'set', 'rabbitmq.queue', { name: 'jobs' })] },
  'rabbitmq.queue.x-queue-type': { values: ['classic', 'quorum'], with: { ...FAILS, 'rabbitmq.queue': DLX, consumer: { failures: { rate: 1 }, serviceTime: '1ms' } } },
  'rabbitmq.queue.x-delivery-limit': { values: [1, 5], with: { consumer: { failures: { rate: 1 }, serviceTime: '5ms' }, 'rabbitmq.queue': { 'x-queue-type': 'quorum' } } },
  'rabbitmq.queue.x-dead-letter-exchange': { values: [undefined, 'other'], with: { consumer: { failures: { rate: 0.5 }, onFailure: 'reject' } } },
  'rabbitmq.queue.x-dead-letter-routing-key': { values: ['x', 'a.b'], with: { bind: { routingKey: 'a.b' }, consumer: { failures: { rate: 0.5 }, onFailure: 'reject' }, 'rabbitmq.queue': { 'x-dead-letter-exchange': 'rabbitmq.exchange' } } },
  'rabbitmq.queue.x-dead-letter-strategy': { values: ['at-most-once', 'at-least-once'], with: { consumer: { failures: { rate: 0.5 }, onFailure: 'reject' }, 'rabbitmq.queue': { 'x-queue-type': 'quorum', 'x-overflow': 'reject-publish', 'x-dead-letter-exchange': 'nowhere' } } },
  'rabbitmq.queue.x-message-ttl': { values: [50, 5000], timeline: GONE },
  'rabbitmq.queue.x-expires': { values: [400, 5000], timeline: GONE },
  'rabbitmq.queue.x-max-length': { values: [2, 20], timeline: GONE },
  'rabbitmq.queue.x-max-length-bytes': { values: [1000, 5000], timeline: GONE },
  'rabbitmq.queue.x-overflow': { values: ['drop-head', 'reject-publish'], with: { 'rabbitmq.queue': { 'x-max-length': 3 } }, timeline: GONE },
  'rabbitmq.queue.x-max-priority': { values: [undefined, 5], with: BUSY, timeline: [at(200, 'set', 'publish', { priority: 2 }), at(600, 'set', 'publish', { priority: 0 })] },
  'rabbitmq.queue.durable': { values: [true, false], timeline: [at(400, 'stop-cluster', 'rabbitmq.cluster'), at(700, 'start-cluster', 'rabbitmq.cluster')] },
  'rabbitmq.queue.auto-delete': { values: [true, false], timeline: GONE },
  'rabbitmq.queue.x-max-age': { values: ['1s', '1h'], with: { ...SLOW, 'rabbitmq.queue': { ...STREAM, ...SMALL } } },
  'rabbitmq.queue.x-stream-max-segment-size-bytes': { values: [1000, 20_000], with: { ...SLOW, 'rabbitmq.queue': { ...STREAM, 'x-max-length-bytes': 5000 } } },
  'rabbitmq.queue.x-stream-filter-size-bytes': { values: [16, 255], with: { publish: { 'x-stream-filter-value': LIKE_A }, consume: { 'x-stream-filter': 'A' }, 'rabbitmq.queue': STREAM } },
  'rabbitmq.queue.x-queue-leader-locator': { values: ['client-local', 'balanced'], with: { ...THREE, publish: { node: 2, routingKey: 'a.b' } }, timeline: [at(100, 'set', 'rabbitmq.queue', { 'x-max-priority': 3 }), ...FIRST_DOWN] },
  'rabbitmq.queue.x-initial-cluster-size': { values: [1, 3], with: { 'rabbitmq.cluster': { nodes: 3 }, 'rabbitmq.queue': STREAM }, timeline: TWO_DOWN },
  'rabbitmq.super-stream.partitions': { values: [2, 3], with: SUPER },
  'rabbitmq.super-stream.x-max-length-bytes': { values: [3000, 100_000], with: { ...SUPER, ...SLOW, 'rabbitmq.super-stream': SMALL } },
  'rabbitmq.super-stream.x-max-age': { values: ['1s', '1h'], with: { ...SUPER, ...SLOW, 'rabbitmq.super-stream': SMALL } },
  'rabbitmq.super-stream.x-stream-max-segment-size-bytes': { values: [1000, 20_000], with: { ...SUPER, ...SLOW, 'rabbitmq.super-stream': { 'x-max-length-bytes': 3000 } } },
  'rabbitmq.super-stream.x-stream-filter-size-bytes': { values: [16, 255], with: { publish: { ...PUBLISH, 'x-stream-filter-value': LIKE_A } } },
  'rabbitmq.super-stream.x-initial-cluster-size': { values: [1, 3], with: { ...SUPER, 'rabbitmq.cluster': { nodes: 3 } }, timeline: TWO_DOWN },
  'rabbitmq.super-stream.name': { values: ['jobs', 'tasks'], with: SUPER, timeline: [at(300, 'set', 'rabbitmq.super-stream', { name: 'jobs' })] },
  'publish.method': { values: ['basic.publish', 'publish'], with: { 'rabbitmq.queue': STREAM } },
  'publish.name': { values: [undefined, 'shop'], with: { producer: { rate: 20, retry: { attempts: 2, timeout: '200ms' } }, publish: { ...PUBLISH, latency: '300ms' }, 'rabbitmq.queue': STREAM } },
  'publish.routing': { values: ['hash', 'key'], with: SUPER },
  'publish.x-stream-filter-value': { values: ['A', 'B'], with: { consume: { 'x-stream-filter': 'A' }, 'rabbitmq.queue': STREAM } },
  'consume.x-stream-offset': { values: ['first', 'next'], with: { 'rabbitmq.queue': STREAM }, timeline: BACK },
  'consume.x-stream-filter': { values: ['A', 'B'], with: { publish: { routingKey: 'a.b', 'x-stream-filter-value': '{key}' }, 'rabbitmq.queue': STREAM } },
  'consume.x-stream-match-unfiltered': { values: [true, false], with: { consume: { 'x-stream-filter': 'A' }, 'rabbitmq.queue': STREAM } },
  'consume.credit': { values: [1, 20], with: { producer: { rate: 200 }, consume: SUBSCRIBE, 'rabbitmq.queue': STREAM } },
  'consume.name': { values: [undefined, 'reader'], with: { consume: { method: 'subscribe', 'x-stream-offset': 'first' }, 'rabbitmq.queue': STREAM } },
  'consume.messageCountBeforeStorage': { values: [5, 10_000], with: { consume: SUBSCRIBE, 'rabbitmq.queue': STREAM } },
  'consume.flushInterval': { values: ['200ms', '900ms'], with: { consume: SUBSCRIBE, 'rabbitmq.queue': STREAM } },
  'consume.single-active-consumer': { values: [false, true], with: { consumer: { instances: 2 }, consume: { ...SUBSCRIBE, name: 'reader' }, 'rabbitmq.queue': STREAM } },
  'publish.tx': { values: [undefined, 5] },
  'publish.sync': { values: ['1ms', '50ms'], with: { publish: { routingKey: 'a.b', tx: 1 } } },
  'publish.mandatory': { values: [true, false], with: { bind: { routingKey: 'none' } } },
  'publish.persistent': { values: [true, false], timeline: [...GONE, at(400, 'stop-cluster', 'rabbitmq.cluster'), at(700, 'start-cluster', 'rabbitmq.cluster')] },
  'publish.expiration': { values: [100, 5000], timeline: GONE },
  'publish.priority': { values: [undefined, 3], with: { ...BUSY, 'rabbitmq.queue': { 'x-max-priority': 5 } }, timeline: [at(300, 'set', 'publish', { priority: 1 })] },
  'publish.node': { values: [1, 2], with: THREE, timeline: FIRST_DOWN },
  'consume.node': { values: [1, 2], with: THREE, timeline: [at(400, 'stop-node', 'rabbitmq.cluster/node-2')] },
  'publish.headers': { values: [{ tone: 'red' }, { tone: 'blue' }], with: { 'rabbitmq.exchange': { type: 'headers' }, bind: { arguments: { 'x-match': 'all', tone: 'red' } } } },
  'publish.routingKey': { values: ['a.b', 'c'], with: { bind: { routingKey: 'a.*' } } },
  'bind.routingKey': { values: ['a.*', 'c.*'] },
  'bind.arguments': {
    values: [
      { 'x-match': 'all', tone: 'red' },
      { 'x-match': 'all', tone: 'blue' },
    ],
    with: { 'rabbitmq.exchange': { type: 'headers' }, publish: { headers: { tone: 'red' } } },
  },
  'consume.x-priority': { values: [undefined, 5], with: { producer: { rate: 10 } } },
  'consume.prefetch': { values: [1, 20], with: { producer: { rate: 200 } } },
  'consume.global': { values: [false, true], with: { 'rabbitmq.queue': { 'x-queue-type': 'quorum' } } },
  'consume.exclusive': { values: [true, false] },
  'consume.interval': { values: ['100ms', '900ms'], with: { consume: { method: 'basic.get' } } },
  'rabbitmq.cluster.queueIntakeRate': { values: [100, 1000], with: { producer: { rate: 900 } }, until: 6e6 },
};
everySettingTellsAnotherHistory(clients, models, scenario, CLIENTS);
everySettingTellsAnotherHistory(rabbitmq, models, scenario, RABBITMQ);
