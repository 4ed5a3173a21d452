/** A consumer's settings in the model's units (µs, bytes), read from the client's own names. https://kafka.apache.org/44/configuration/consumer-configs/ */
import { micros } from '../../base/time.ts';
import { rackOfInstance } from './racks.ts';
import { type Config, ms, number } from './settings.ts';

export interface ConsumerSettings {
  readonly group: string;
  readonly protocol: 'classic' | 'consumer';
  /** group.instance.id of this instance; null without static membership */
  readonly instanceId: string | null;
  /** client.rack of this instance */
  readonly rack: string;
  readonly isolation: 'read_committed' | 'read_uncommitted';
  readonly offsetReset: 'earliest' | 'latest' | 'none';
  readonly maxPollRecords: number;
  readonly maxPollInterval: number;
  readonly handOff: boolean;
  /** A record is given out when it is so old. */
  readonly processAfter: number;
  /** The application polls a record that failed again after so long. */
  readonly errorBackoff: number;
  /** "" for none */
  readonly deadLetterTopic: string;
  readonly autoCommit: boolean;
  readonly autoCommitInterval: number;
  /** When the application commits by itself. */
  readonly commit: string;
  readonly fetchMaxWait: number;
  readonly fetchMinBytes: number;
  readonly fetchMaxBytes: number;
  readonly maxPartitionFetchBytes: number;
  readonly requestTimeout: number;
  /** Within which a call of the application succeeds or fails. */
  readonly apiTimeout: number;
  /** At least 1 ms. */
  readonly retryBackoff: number;
  readonly metadataMaxAge: number;
}
/** @param client an instance: "pay/2" */
export function consumerSettings(config: Config, client: string): ConsumerSettings {
  const reset = config['auto.offset.reset'];
  return {
    group: String(config['group.id'] ?? ''),
    protocol: config['group.protocol'] === 'consumer' ? 'consumer' : 'classic',
    instanceId: config['staticMembership'] === true ? client : null,
    rack: rackOfInstance(String(config['client.rack'] ?? ''), client),
    isolation: config['isolation.level'] === 'read_committed' ? 'read_committed' : 'read_uncommitted',
    offsetReset: reset === 'earliest' || reset === 'none' ? reset : 'latest',
    maxPollRecords: number(config, 'max.poll.records', 500),
    maxPollInterval: ms(config, 'max.poll.interval.ms', 300_000),
    handOff: config['handOff'] === true,
    processAfter: micros(String(config['processAfter'] ?? '0s')),
    errorBackoff: micros(String(config['errorBackoff'] ?? '1s')),
    deadLetterTopic: String(config['deadLetterTopic'] ?? ''),
    autoCommit: config['enable.auto.commit'] !== false,
    autoCommitInterval: ms(config, 'auto.commit.interval.ms', 5_000),
    commit: String(config['commit'] ?? 'commitSync'),
    fetchMaxWait: ms(config, 'fetch.max.wait.ms', 500),
    fetchMinBytes: number(config, 'fetch.min.bytes', 1),
    fetchMaxBytes: number(config, 'fetch.max.bytes', 52_428_800),
    maxPartitionFetchBytes: number(config, 'max.partition.fetch.bytes', 1_048_576),
    requestTimeout: ms(config, 'request.timeout.ms', 30_000),
    apiTimeout: ms(config, 'default.api.timeout.ms', 60_000),
    retryBackoff: Math.max(1, number(config, 'retry.backoff.ms', 100)) * 1000,
    metadataMaxAge: ms(config, 'metadata.max.age.ms', 300_000),
  };
}
