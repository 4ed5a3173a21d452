import type { Scenario } from '../scenario/document.ts';

/** Question: how does a share group turn a log into a queue, and what does its lock do to a record that takes too long? */
export const shareGroup: Scenario = {
  version: 1,
  title: 'A queue on a log: share group',
  description:
    'Four workers, one partition. A consumer group could use only one of them; a share group gives every record to whoever asks next, for 15 s (share.record.lock.duration.ms). From 1 s to 20 s the converter is slow, and some videos take longer than the lock. Who else is held up, and how often is such a video converted?',
  seed: 8,
  duration: '40s',
  nodes: [
    { id: 'uploads', kind: 'producer', title: 'Uploads', config: { rate: 0.8, keys: { count: 8 } } },
    { id: 'kafka', kind: 'kafka.cluster', title: 'Kafka', config: { 'group.share.heartbeat.interval.ms': 1000 } },
    { id: 'videos', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 1 } },
    { id: 'converter', kind: 'consumer', title: 'Converter', config: { instances: 4, serviceTime: { lognormal: { mean: '800ms', p99: '2500ms' } } } },
  ],
  links: [
    { id: 'write', kind: 'publish', from: 'uploads', to: 'videos', config: { latency: '5ms' } },
    { id: 'share', kind: 'consume', from: 'videos', to: 'converter', config: { 'group.id': 'convert', 'group.protocol': 'share', latency: '5ms', 'share.auto.offset.reset': 'earliest', 'share.acknowledgement.mode': 'explicit', 'share.record.lock.duration.ms': 15_000, 'max.poll.records': 1 } },
  ],
  timeline: [
    { at: '1s', by: 'author', do: 'slow', on: 'converter', with: { factor: 15 } },
    { at: '20s', by: 'author', do: 'normal-speed', on: 'converter' },
  ],
  invariants: [{ check: 'effect-once', on: 'converter' }, { check: 'no-loss' }],
  layout: { uploads: [0, 120], kafka: [230, 0, 420, 220], videos: [300, 60], converter: [720, 60] },
};
