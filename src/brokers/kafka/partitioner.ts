import { murmur2, toPositive } from './murmur2.ts';

/**
 * How a producer chooses the partition of a record: the one it names, else by the key, else sticky (KIP-480, KIP-794).
 * https://kafka.apache.org/44/configuration/producer-configs/#producerconfigs_partitioner.class
 */

/** What a producer knows of a topic: the number of its partitions and which of them have a leader, ascending. */
export interface TopicMetadata {
  readonly partitions: number;
  readonly available: readonly number[];
}
/** A seeded stream: uniform on [0, 1). */
export interface Luck {
  next(): number;
}

/** No affinity to a partition: the sticky partitioner is to choose. */
export const UNKNOWN_PARTITION = -1;

export function partitionForKey(key: Uint8Array, partitions: number): number {
  return partitionForHash(murmur2(key), partitions);
}
/** @param hash murmur2 of the key */
export function partitionForHash(hash: number, partitions: number): number {
  return toPositive(hash) % partitions;
}

/**
 * @param key serialised; null for none. An empty key is a key.
 * @param ignoreKeys `partitioner.ignore.keys`
 * @returns {@link UNKNOWN_PARTITION} when neither the record nor its key says
 */
export function partitionOf(record: { readonly partition?: number | null; readonly key: Uint8Array | null }, topic: TopicMetadata, ignoreKeys: boolean): number {
  if (record.partition !== undefined && record.partition !== null) return record.partition;
  return record.key === null || ignoreKeys ? UNKNOWN_PARTITION : partitionForKey(record.key, topic.partitions);
}

/** `org.apache.kafka.clients.producer.RoundRobinPartitioner`: keys do not matter; one counter per topic. */
export class RoundRobinPartitioner {
  #next = 0;

  partition(topic: TopicMetadata): number {
    const turn = toPositive(this.#next);
    this.#next = (this.#next + 1) | 0;
    return topic.available[turn % topic.available.length] ?? turn % topic.partitions;
  }
  save(): number {
    return this.#next;
  }
  load(next: number): void {
    this.#next = next;
  }
}

/** Running sums of the weights of partitions, so that a random number below the last finds its partition. */
interface LoadTable {
  readonly partitions: readonly number[];
  readonly sums: readonly number[];
}
export interface StickyState {
  readonly current: number;
  readonly produced: number;
  readonly loads: LoadTable | null;
}

/**
 * The sticky partitioner of one topic in one producer: stays on a partition until `batch.size` bytes went there, then takes
 * another at random; with `partitioner.adaptive.partitioning.enable` the shorter a partition's queue, the likelier it is.
 */
export class StickyPartitioner {
  readonly #batchSize: number;
  readonly #luck: Luck;
  #current = UNKNOWN_PARTITION;
  #produced = 0;
  #loads: LoadTable | null = null;

  /** @param batchSize `batch.size` in bytes; 0 turns batching off, which is a batch of one byte */
  constructor(batchSize: number, luck: Luck) {
    this.#batchSize = Math.max(1, batchSize);
    this.#luck = luck;
  }

  get current(): number {
    return this.#current;
  }
  /** Where the next record without affinity goes. `batchesFull`: no batch of that partition has room, which lets a switch that was held back happen now. */
  partition(topic: TopicMetadata, batchesFull = false): number {
    if (this.#current === UNKNOWN_PARTITION) this.#switch(topic);
    else if (batchesFull) this.appended(0, topic, true);
    return this.#current;
  }
  /** Bytes went to the current partition. While a batch of it has room the switch waits, up to twice the size, so that batches are not cut in two. */
  appended(bytes: number, topic: TopicMetadata, batchesFull: boolean): void {
    this.#produced += bytes;
    if (this.#produced >= this.#batchSize * (batchesFull ? 1 : 2)) this.#switch(topic);
  }

  /**
   * Learns how many batches wait for each partition that has a leader; null when this is not known of every partition yet, or adaptive
   * partitioning is off. A partition left out (`partitioner.availability.timeout.ms`) is not chosen.
   * @param known how many partitions there are figures of, those left out included
   */
  queueSizes(queues: readonly { readonly partition: number; readonly batches: number }[] | null, known = queues?.length ?? 0): void {
    this.#loads = null;
    if (queues === null || queues.length < 1 || known < 2) return;
    const most = Math.max(...queues.map((queue) => queue.batches));
    if (queues.length === known && queues.every((queue) => queue.batches === most)) return;
    let sum = 0;
    const sums = queues.map((queue) => (sum += most + 1 - queue.batches));
    this.#loads = { partitions: queues.map((queue) => queue.partition), sums };
  }

  #switch(topic: TopicMetadata): void {
    this.#produced = 0;
    const random = Math.floor(this.#luck.next() * 0x80000000);
    if (this.#loads === null) {
      this.#current = topic.available[random % topic.available.length] ?? random % topic.partitions;
      return;
    }
    const { partitions, sums } = this.#loads;
    const weighted = random % (sums.at(-1) ?? 1);
    this.#current = partitions[sums.findIndex((sum) => sum > weighted)] ?? UNKNOWN_PARTITION;
  }

  save(): StickyState {
    return { current: this.#current, produced: this.#produced, loads: this.#loads };
  }
  load(state: StickyState): void {
    this.#current = state.current;
    this.#produced = state.produced;
    this.#loads = state.loads;
  }
}
