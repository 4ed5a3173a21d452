/** A producer's settings in the model's units (µs, bytes), read from the client's own names. https://kafka.apache.org/44/configuration/producer-configs/ */
import { micros } from '../../base/time.ts';
import { type Config, ms, number } from './settings.ts';

export interface ProducerSettings {
  readonly acks: 0 | 1 | -1;
  /** Falls back silently when acks is not all or there are no retries (https://kafka.apache.org/44/configuration/producer-configs/#producerconfigs_enable.idempotence). */
  readonly idempotent: boolean;
  readonly transactionalId: string | null;
  readonly transactionTimeout: number;
  /** Of the application, between two commits. */
  readonly commitInterval: number;
  readonly keyed: boolean;
  readonly ignoreKeys: boolean;
  readonly roundRobin: boolean;
  readonly adaptive: boolean;
  /** 0: partitions are never left out. */
  readonly availabilityTimeout: number;
  /** Share of records without a value. */
  readonly tombstones: number;
  readonly maxRequestSize: number;
  readonly bufferMemory: number;
  readonly batchSize: number;
  readonly linger: number;
  readonly maxInFlight: number;
  readonly retries: number;
  /** At least 1 ms. */
  readonly retryBackoff: number;
  readonly requestTimeout: number;
  readonly deliveryTimeout: number;
  readonly maxBlock: number;
  readonly metadataMaxAge: number;
}
export function producerSettings(config: Config): ProducerSettings {
  const text = String(config['acks'] ?? 'all');
  const acks = text === '0' ? 0 : text === '1' ? 1 : -1;
  const id = config['transactional.id'];
  const transactionalId = typeof id === 'string' && id !== '' ? id : null;
  const retries = number(config, 'retries', 2_147_483_647);
  const bufferMemory = number(config, 'buffer.memory', 33_554_432);
  return {
    acks,
    idempotent: transactionalId !== null || (config['enable.idempotence'] !== false && acks === -1 && retries > 0),
    transactionalId,
    transactionTimeout: ms(config, 'transaction.timeout.ms', 60_000),
    commitInterval: micros(String(config['commitInterval'] ?? '1s')),
    keyed: config['keyed'] !== false,
    ignoreKeys: config['partitioner.ignore.keys'] === true,
    roundRobin: config['partitioner.class'] === 'RoundRobinPartitioner',
    adaptive: config['partitioner.adaptive.partitioning.enable'] !== false,
    availabilityTimeout: ms(config, 'partitioner.availability.timeout.ms', 0),
    tombstones: number(config, 'tombstones', 0),
    maxRequestSize: number(config, 'max.request.size', 1_048_576),
    bufferMemory,
    batchSize: Math.max(1, Math.min(number(config, 'batch.size', 16_384), bufferMemory)),
    linger: ms(config, 'linger.ms', 5),
    maxInFlight: number(config, 'max.in.flight.requests.per.connection', 5),
    retries,
    retryBackoff: Math.max(1, number(config, 'retry.backoff.ms', 100)) * 1000,
    requestTimeout: ms(config, 'request.timeout.ms', 30_000),
    deliveryTimeout: ms(config, 'delivery.timeout.ms', 120_000),
    maxBlock: ms(config, 'max.block.ms', 60_000),
    metadataMaxAge: ms(config, 'metadata.max.age.ms', 300_000),
  };
}
