import { Messages } from '../../history/messages.ts';
import { utf8 } from './murmur2.ts';
import { partitionForKey } from './partitioner.ts';
import { type Batch, keyOf, type Response } from './protocol.ts';
import { type Json, type JsonObject, list, number, object, type Operation, outcome, settingOf, text } from './recorded.ts';
import type { RecordedCluster } from './recorded-cluster.ts';
import { refusalOfTopic } from './recorded-settings.ts';
import { quotaLimits, topicSettings } from './settings.ts';

export interface Producer {
  readonly transactionalId: string | null;
  readonly id: number;
  epoch: number;
  /** Next sequence number per partition. */
  readonly sequences: Map<string, number>;
}
export interface Written {
  readonly key: string | null;
  readonly value: string | null;
}
/** ms */
const TIMEOUT = 5000;

/** bytes of a number in a record: seven bits each, with its sign */
const varint = (value: number): number => (value < 64 ? 1 : value < 8192 ? 2 : value < 1_048_576 ? 3 : 4);
/** bytes of a record without headers (https://kafka.apache.org/44/implementation/message-format/#record); a tombstone counts as nothing */
function recordSize(key: string | null, value: string | null, place: number): number {
  if (value === null) return 0;
  const [keyBytes, valueBytes] = [key === null ? 0 : utf8(key).length, utf8(value).length];
  const body = 3 + varint(place) + varint(keyBytes) + keyBytes + varint(valueBytes) + valueBytes;
  return varint(body) + body;
}
const isAcks = (acks: number): acks is 0 | 1 | -1 => acks === 0 || acks === 1 || acks === -1;

/** Topics, and what recorded producers send to them. */
export class Producing {
  readonly #node: RecordedCluster;
  readonly messages = new Messages();
  readonly #written: Written[] = [];
  readonly #keys: string[] = [];
  readonly #producers = new Map<string, Producer>();
  readonly #unblocked: (who: string, shown: Json) => void;

  constructor(node: RecordedCluster, unblocked: (who: string, shown: Json) => void) {
    this.#node = node;
    this.#unblocked = unblocked;
  }
  producer(operation: Operation): Producer {
    const producer = this.#producers.get(text(operation['producer']));
    if (!producer) throw new Error(`no producer ${text(operation['producer'])}`);
    return producer;
  }
  /** The record of a message's number. */
  written(message: number): Written {
    return this.#written[message] ?? { key: null, value: null };
  }
  /** Where the record of a message's number was written last. */
  placeOf(message: number): { readonly partition: number; readonly offset: number } | undefined {
    for (const { index, log } of this.#node.cluster.all()) for (let offset = log.end - 1; offset >= log.start; offset--) if (log.has(offset) && log.message(offset) === message) return { partition: index, offset };
    return undefined;
  }
  /** @returns its message's number */
  register(key: string | null, value: string | null): number {
    this.#written.push({ key, value });
    return this.messages.add(this.#node.clock.now(), 0, this.#keyNumber(key), (key?.length ?? 0) + (value?.length ?? 0), -1, false);
  }
  topic(operation: Operation): JsonObject {
    const name = text(operation['topic']);
    const refused = refusalOfTopic(operation, this.#node.cluster.topic(name) !== undefined);
    if (refused !== null) return { error: refused };
    const given = Object.fromEntries(Object.entries(object(operation['config'])).map(([setting, value]) => [setting, settingOf(value)]));
    const replicas = list(operation['replicas']).map((some) => list(some).map((one) => number(one)));
    const [first] = replicas;
    const config = { partitions: first ? replicas.length : number(operation['partitions'], 1), 'replication.factor': first ? first.length : number(operation['replicationFactor'], 1), ...given };
    return outcome(this.#node.cluster.putTopic(name, topicSettings({ config }), first ? replicas : undefined)?.name ?? null);
  }
  addPartitions(operation: Operation): JsonObject {
    const name = text(operation['topic']);
    const topic = this.#node.cluster.topic(name);
    const partitions = number(operation['partitions']);
    if (!topic) return { error: 'UNKNOWN_TOPIC_OR_PARTITION' };
    if (partitions <= topic.partitions.length) return { error: 'INVALID_PARTITIONS' };
    return outcome(this.#node.cluster.putTopic(name, { ...topic.settings, partitions })?.name ?? null);
  }

  initProducer(operation: Operation): JsonObject {
    const transactionalId = text(operation['transactionalId']) || null;
    const answer = this.#node.must({ api: 'InitProducerId', transactionalId, transactionTimeout: number(operation['timeoutMs'], 60_000) * 1000 }, 'InitProducerId');
    if (answer.error === 'NONE') this.#producers.set(text(operation['producer']), { transactionalId, id: answer.producerId, epoch: answer.producerEpoch, sequences: new Map() });
    return outcome(answer.error);
  }
  quota(operation: Operation): JsonObject {
    this.#node.limit(quotaLimits(operation));
    return { ok: true };
  }
  produce(operation: Operation): Json {
    if (operation['keys'] === undefined) {
      const one = operation['bytes'] === undefined ? (operation['value'] ?? null) : 'x'.repeat(number(operation['bytes']));
      const values = operation['values'] === undefined ? [one] : list(operation['values']);
      return this.#produceBatch(
        operation,
        typeof operation['key'] === 'string' ? operation['key'] : null,
        values.map((value) => (value === null ? null : text(value))),
      );
    }
    return { records: list(operation['keys']).map((key) => ({ key, ...this.#produceBatch(operation, text(key), [text(key)]) })) };
  }
  #produceBatch(operation: Operation, key: string | null, values: readonly (string | null)[]): JsonObject | null {
    const topic = text(operation['topic']);
    const acks = number(operation['acks'], -1);
    if (!isAcks(acks)) return { error: 'INVALID_REQUIRED_ACKS' };
    const count = this.#node.cluster.topic(topic)?.partitions.length ?? 1;
    const partition = operation['partition'] !== undefined || key === null ? number(operation['partition']) : partitionForKey(utf8(key), count);
    const producer = operation['producer'] === undefined ? undefined : this.#producers.get(text(operation['producer']));
    const place = keyOf(topic, partition);
    const baseSequence = producer === undefined ? -1 : number(operation['sequence'], producer.sequences.get(place) ?? 0);
    const batch: Batch = {
      topic,
      partition,
      producerId: producer?.id ?? -1,
      producerEpoch: producer === undefined ? -1 : producer.epoch - number(operation['epochsBack']),
      baseSequence,
      transactional: producer !== undefined && producer.transactionalId !== null,
      records: values.map((value, place) => ({ message: this.register(key, value), key: this.#keyNumber(key), size: recordSize(key, value, place), time: this.#node.clock.now() })),
    };
    const node = number(operation['node'], this.#node.cluster.partition(topic, partition)?.leader ?? 0);
    if (node < 0) return { error: 'LEADER_NOT_AVAILABLE' };
    const timeout = number(operation['timeoutMs'], TIMEOUT);
    const request = { api: 'Produce' as const, acks, timeout: timeout * 1000, batches: [batch] };
    const from = `tailrace connection#${text(operation['connection'], text(operation['as']))}`;
    const shown = (answer: Response | undefined): JsonObject => {
      if (acks === 0) return { partition, answered: false, closed: answer !== undefined };
      const [result] = answer?.api === 'Produce' ? answer.results : [];
      const error = result?.error ?? 'REQUEST_TIMED_OUT';
      if (error !== 'NONE') return { error };
      if (operation['sequence'] === undefined) producer?.sequences.set(place, baseSequence + values.length);
      return { partition, offset: result?.offset ?? -1, ...(operation['throttle'] === true && answer?.api === 'Produce' ? { throttled: answer.throttle > 0 } : {}) };
    };
    const waiter = operation['as'];
    if (waiter === undefined) return shown(this.#node.ask(node, request, 'Produce', acks === 0 ? 0 : timeout, from));
    this.#node.send(node, request, (answer) => this.#unblocked(text(waiter), shown(answer)), from);
    return null;
  }
  #keyNumber(key: string | null): number {
    if (key === null) return -1;
    const known = this.#keys.indexOf(key);
    return known < 0 ? this.#keys.push(key) - 1 : known;
  }
  endTransaction(operation: Operation): JsonObject {
    const producer = this.producer(operation);
    const { transactionalId, id } = producer;
    const epoch = producer.epoch - number(operation['epochsBack']);
    const answer = this.#node.must({ api: 'EndTxn', transactionalId: transactionalId ?? '', producerId: id, producerEpoch: epoch, commit: operation['commit'] === true }, 'EndTxn');
    if (answer.error === 'NONE' && answer.producerEpoch !== producer.epoch) {
      producer.epoch = answer.producerEpoch;
      producer.sequences.clear();
    }
    return outcome(answer.error);
  }
}
