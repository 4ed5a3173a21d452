import type { Scenario } from '../scenario/document.ts';

/** Question: the link from a plant to the cloud is down for eight seconds. Who misses what the sensors said meanwhile? */
export const leafNodes: Scenario = {
  version: 1,
  title: 'Sensors at the edge, and a link that fails',
  description:
    'Temperature sensors report to a server in the plant, a leaf node of the one in the cloud. The alarm listens in the plant, the live chart in the cloud; and a stream in the cloud takes over what the plant’s stream stores. At 5 s the link between the two is cut for eight seconds. Who goes on, who gets a hole, and who catches up?',
  seed: 21,
  duration: '40s',
  nodes: [
    { id: 'sensors', kind: 'producer', title: 'Sensors', config: { rate: 40, arrivals: 'poisson', keys: { count: 3000 }, size: 60 } },
    { id: 'plant', kind: 'nats.cluster', title: 'Plant', config: { domain: 'plant', ping_interval: '2s', ping_max: 1 } },
    { id: 'readings', kind: 'nats.stream', title: 'Readings', parent: 'plant', config: { subjects: 'temp.*', max_msgs: 20_000 } },
    { id: 'all-temps', kind: 'nats.subject', title: 'Now', parent: 'plant', config: { subject: 'temp.*' } },
    { id: 'alarm', kind: 'consumer', title: 'Anomaly alarm', config: { serviceTime: '2ms' } },
    { id: 'cloud', kind: 'nats.cluster', title: 'Cloud', config: { domain: 'cloud', ping_interval: '2s', ping_max: 1 } },
    { id: 'live', kind: 'nats.subject', title: 'Now', parent: 'cloud', config: { subject: 'temp.*' } },
    { id: 'copied', kind: 'nats.stream', title: 'All plants', parent: 'cloud' },
    { id: 'history', kind: 'nats.consumer', title: 'History', parent: 'cloud' },
    { id: 'chart', kind: 'consumer', title: 'Live chart', config: { serviceTime: '2ms' } },
    { id: 'store', kind: 'consumer', title: 'Time-series store', config: { instances: 2, serviceTime: '10ms' } },
  ],
  links: [
    { id: 'report', kind: 'publish', from: 'sensors', to: 'readings', config: { subject: 'temp.{key}', latency: '2ms' } },
    { id: 'alarms', kind: 'consume', from: 'all-temps', to: 'alarm', config: { latency: '2ms' } },
    { id: 'uplink', kind: 'leafnode', from: 'plant', to: 'cloud', config: { latency: '40ms' } },
    { id: 'copy', kind: 'source', from: 'readings', to: 'copied' },
    { id: 'draws', kind: 'consume', from: 'live', to: 'chart', config: { latency: '2ms' } },
    { id: 'of-copied', kind: 'filter', from: 'copied', to: 'history' },
    { id: 'stores', kind: 'consume', from: 'history', to: 'store', config: { latency: '2ms', PullMaxMessages: 50 } },
  ],
  timeline: [
    { at: '5s', by: 'author', do: 'cut', on: 'uplink' },
    { at: '13s', by: 'author', do: 'mend', on: 'uplink' },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'store' }, { check: 'latency', on: 'alarm', quantile: 0.99, below: '100ms' }],
  layout: { sensors: [0, 105], plant: [210, 0, 300, 290], readings: [244, 40], 'all-temps': [244, 190], alarm: [480, 330], cloud: [560, 0, 574, 290], copied: [590, 40], live: [590, 190], history: [868, 40], store: [910, 330], chart: [910, 485] },
};
