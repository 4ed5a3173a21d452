/** Produce requests: checked, appended, and answered when as many replicas have them as `acks` asks for. */
import { copyOf } from '../../base/copy.ts';
import type { KafkaCluster } from './cluster.ts';
import type { Partition } from './partition.ts';
import { type Batch, type ErrorName, keyOf, type Request } from './protocol.ts';

/** A request that waits for its replicas. */
interface Waiting {
  readonly from: string;
  readonly correlation: number;
  readonly throttle: number;
  /** `offset`: of the first record; -1 when nothing is in the log. */
  readonly parts: { readonly topic: string; readonly partition: number; readonly offset: number; readonly upTo: number; readonly epoch: number; error: ErrorName | null }[];
}
export interface ProducesState {
  readonly waiting: readonly (readonly [number, Waiting])[];
  readonly next: number;
  readonly refusing: readonly string[];
}
/** bytes of a batch's header, and of each record's own (an estimate: https://kafka.apache.org/44/implementation/message-format/) */
const BATCH_OVERHEAD = 61;
const bytesOf = ({ records }: Batch) => records.reduce((sum, r) => sum + r.size, BATCH_OVERHEAD);

export class Produces {
  private readonly cluster: KafkaCluster;
  private waiting = new Map<number, Waiting>();
  private next = 0;
  private refusing: string[] = [];
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
  }
  refuseNext(topic: string): void {
    this.refusing.push(topic);
  }
  handle(from: string, correlation: number, broker: number, { acks, timeout, batches }: Extract<Request, { api: 'Produce' }>): void {
    const { cluster } = this;
    const parts: Waiting['parts'] = batches.map((batch) => {
      const partition = cluster.partition(batch.topic, batch.partition);
      const error = this.refusal(partition, batch, broker, acks);
      const at = { topic: batch.topic, partition: batch.partition };
      if (error !== 'NONE' || !partition) return { ...at, offset: -1, upTo: 0, epoch: 0, error };
      const offset = this.append(partition, batch, acks);
      return { ...at, offset, upTo: offset + batch.records.length, epoch: partition.epoch, error: acks === -1 ? null : 'NONE' };
    });
    const throttle = cluster.quotas.charge(
      'producer_byte_rate',
      from,
      broker,
      batches.reduce((sum, batch) => sum + bytesOf(batch), 0),
    );
    // Nothing is said to whoever wants no answer; when something is wrong its connection is closed (KafkaApis.handleProduceRequest).
    if (acks === 0) {
      if (parts.some(({ error }) => error !== 'NONE')) cluster.out.push({ kind: 'response', to: from, correlation, response: { api: 'Produce', throttle: 0, results: parts.map(({ topic, partition }) => ({ topic, partition, offset: -1, error: 'DISCONNECTED' })) } });
      return;
    }
    const id = this.next++;
    this.waiting.set(id, { from, correlation, throttle, parts });
    this.settle(id);
    if (this.waiting.has(id)) cluster.host.after(timeout, 'produce', id);
  }
  /** The high watermark moved, or the in-sync replicas changed. */
  look(key: string): void {
    for (const [id, { parts }] of [...this.waiting]) if (parts.some((p) => p.error === null && keyOf(p.topic, p.partition) === key)) this.settle(id);
  }
  lostLeader(key: string): void {
    for (const [id, waiting] of [...this.waiting]) {
      for (const part of waiting.parts) {
        if (part.error !== null || keyOf(part.topic, part.partition) !== key) continue;
        if ((this.cluster.partition(part.topic, part.partition)?.epoch ?? -1) !== part.epoch) part.error = 'NOT_LEADER_OR_FOLLOWER';
      }
      this.settle(id);
    }
  }
  /** Its connections broke: what waited there never gets another answer. */
  brokerLost(): void {
    for (const [id, waiting] of [...this.waiting]) {
      for (const part of waiting.parts) if (part.error === null && this.cluster.leaderError(this.cluster.partition(part.topic, part.partition)) !== 'NONE') part.error = 'DISCONNECTED';
      this.settle(id);
    }
  }
  timer(id: number): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    for (const part of waiting.parts) part.error ??= 'REQUEST_TIMED_OUT';
    this.settle(id);
  }
  forget(from: string): void {
    for (const [id, waiting] of [...this.waiting]) if (waiting.from === from) this.waiting.delete(id);
  }
  save(): ProducesState {
    return copyOf({ waiting: [...this.waiting], next: this.next, refusing: this.refusing });
  }
  load(state: ProducesState): void {
    const { waiting, next, refusing } = copyOf(state);
    this.waiting = new Map(waiting);
    this.next = next;
    this.refusing = [...refusing];
  }

  private refusal(partition: Partition | undefined, batch: Batch, broker: number, acks: number): ErrorName {
    const { cluster } = this;
    if (!cluster.up(broker)) return 'DISCONNECTED';
    if (!partition) return 'UNKNOWN_TOPIC_OR_PARTITION';
    if (partition.leader !== broker) return 'NOT_LEADER_OR_FOLLOWER';
    const { settings } = partition;
    if (bytesOf(batch) > settings.maxMessageBytes) return 'MESSAGE_TOO_LARGE';
    if (settings.compact && batch.records.some((r) => r.key < 0)) return 'INVALID_RECORD';
    const refused = this.refusing.indexOf(batch.topic);
    if (refused >= 0) {
      this.refusing.splice(refused, 1);
      return 'NOT_ENOUGH_REPLICAS';
    }
    if (acks === -1 && partition.isr.length < partition.minInsyncReplicas) return 'NOT_ENOUGH_REPLICAS';
    if (batch.transactional) {
      const error = cluster.transactions.mayWrite(batch.producerId, batch.producerEpoch);
      if (error !== 'NONE') return error;
    }
    if (batch.baseSequence < 0) return 'NONE';
    const verdict = partition.producers.judge(batch.producerId, batch.producerEpoch, batch.baseSequence, batch.baseSequence + batch.records.length - 1);
    return verdict.is === 'out of order' ? 'OUT_OF_ORDER_SEQUENCE_NUMBER' : verdict.is === 'fenced' ? 'INVALID_PRODUCER_EPOCH' : 'NONE';
  }
  /** @returns the offset of its first record */
  private append(partition: Partition, batch: Batch, acks: number): number {
    const { cluster } = this;
    const now = cluster.host.now();
    const last = batch.baseSequence + batch.records.length - 1;
    if (batch.baseSequence >= 0) {
      const verdict = partition.producers.judge(batch.producerId, batch.producerEpoch, batch.baseSequence, last);
      // Known already: answered as if it had been written now.
      if (verdict.is === 'duplicate') return verdict.offset;
    }
    if (batch.transactional) cluster.transactions.wrote(batch.producerId, partition);
    const first = partition.log.end;
    if (batch.baseSequence >= 0) partition.producers.add(batch.producerId, batch.producerEpoch, batch.baseSequence, last, first, now);
    partition.append(batch.records, { producerId: batch.producerId, transactional: batch.transactional, control: false });
    if (acks !== -1) for (let offset = first; offset <= first + batch.records.length - 1; offset++) cluster.accept(partition, offset);
    return first;
  }
  private settle(id: number): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    for (const part of waiting.parts) {
      if (part.error !== null) continue;
      const partition = this.cluster.partition(part.topic, part.partition);
      if (!partition) part.error = 'UNKNOWN_TOPIC_OR_PARTITION';
      else if (partition.highWatermark >= part.upTo) part.error = 'NONE';
    }
    if (waiting.parts.some((p) => p.error === null)) return;
    this.waiting.delete(id);
    this.cluster.out.push({ kind: 'response', to: waiting.from, correlation: waiting.correlation, response: { api: 'Produce', throttle: waiting.throttle, results: waiting.parts.map(({ topic, partition, offset, error }) => ({ topic, partition, offset, error: error ?? 'NONE' })) } });
  }
}
