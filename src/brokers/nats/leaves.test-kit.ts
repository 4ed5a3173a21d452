import type { Scenario } from '../../scenario/document.ts';
import type { Parts } from './room.test-kit.ts';

/**
 * Two servers: plant is a leaf node of cloud. sensors publish to a stream of the plant (temp.*), to which near listens there
 * (by alarm) and far in the cloud (by chart); copied in the cloud sources the plant's stream and is read by store.
 * office publishes in the cloud to subjects of the plant.
 */
export function leafScenario(parts: Parts): Scenario {
  const config = (extra: object | undefined, base: object = {}) => ({ config: { ...base, ...extra } });
  return {
    version: 1,
    title: 'leaf nodes',
    seed: 1,
    nodes: [
      { id: 'sensors', kind: 'producer', ...config(parts.producer, { rate: 20, arrivals: 'constant', keys: { count: 4 } }) },
      { id: 'office', kind: 'producer', config: { rate: 5, arrivals: 'constant', keys: { count: 2 } } },
      { id: 'plant', kind: 'nats.cluster', ...config(parts.cluster, { domain: 'plant', ping_interval: '1s', ping_max: 1 }) },
      { id: 'cloud', kind: 'nats.cluster', config: { domain: 'cloud', ping_interval: '1s', ping_max: 1, ...(parts.cluster?.['version'] === undefined ? {} : { version: parts.cluster['version'] }) } },
      { id: 'readings', kind: 'nats.stream', parent: 'plant', ...config(parts.stream, { subjects: 'temp.*' }) },
      { id: 'near', kind: 'nats.subject', parent: 'plant', config: { subject: '*.*' } },
      { id: 'far', kind: 'nats.subject', parent: 'cloud', ...config(parts.subject, { subject: 'temp.*' }) },
      { id: 'copied', kind: 'nats.stream', parent: 'cloud', config: {} },
      { id: 'history', kind: 'nats.consumer', parent: 'cloud', ...config(parts.consumer) },
      { id: 'alarm', kind: 'consumer', config: { serviceTime: '1ms' } },
      { id: 'chart', kind: 'consumer', ...config(parts.listener, { serviceTime: '1ms' }) },
      { id: 'store', kind: 'consumer', ...config(parts.reader, { serviceTime: '1ms' }) },
    ],
    links: [
      { id: 'report', kind: 'publish', from: 'sensors', to: 'readings', ...config(parts.publish, { subject: 'temp.{key}' }) },
      { id: 'order', kind: 'publish', from: 'office', to: 'far', config: { subject: 'order.{key}' } },
      { id: 'hears', kind: 'consume', from: 'near', to: 'alarm', config: {} },
      { id: 'draws', kind: 'consume', from: 'far', to: 'chart', ...config(parts.listen) },
      { id: 'uplink', kind: 'leafnode', from: 'plant', to: 'cloud', ...config(parts.leafnode, { latency: '10ms' }) },
      { id: 'copy', kind: 'source', from: 'readings', to: 'copied', ...config(parts.source) },
      { id: 'of-copied', kind: 'filter', from: 'copied', to: 'history', ...config(parts.filter) },
      { id: 'reads', kind: 'consume', from: 'history', to: 'store', ...config(parts.consume) },
    ],
    timeline: parts.timeline ?? [],
    ...parts.more,
  };
}
