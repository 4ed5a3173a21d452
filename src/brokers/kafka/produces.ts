/** Produce requests: checked, appended, and answered when as many replicas have them as `acks` asks for. */
import type { Timeouts, TimeoutsState } from '../timeouts.ts';
import type { KafkaCluster } from './cluster.ts';
import { BATCH_OVERHEAD } from './log-records.ts';
import type { Partition } from './partition.ts';
import { lastSequence } from './producer-states.ts';
import type { Batch, ErrorName, NewRecord, Request, TopicPartition } from './protocol.ts';
import { Waiting, type WaitingState } from './waiting.ts';

/** A request that waits for its replicas. */
interface Unanswered {
  readonly from: string;
  readonly correlation: number;
  readonly throttle: number;
  readonly parts: readonly Part[];
}
/** `key`: of the partition. `offset`: of the first record; -1 when nothing is in the log. `error`: null while it waits. */
interface Part extends TopicPartition {
  readonly key: string;
  readonly offset: number;
  readonly upTo: number;
  readonly epoch: number;
  error: ErrorName | null;
}
export interface ProducesState {
  readonly waiting: WaitingState<Unanswered>;
  readonly timeouts: TimeoutsState;
  readonly refusing: readonly string[];
}
const copied = (request: Unanswered): Unanswered => ({ ...request, parts: request.parts.map((part) => ({ ...part })) });
function bytesOf({ records }: Batch): number {
  let bytes = BATCH_OVERHEAD;
  for (let i = 0; i < records.length; i++) bytes += (records[i] as NewRecord).size;
  return bytes;
}

export class Produces {
  private readonly cluster: KafkaCluster;
  private readonly waiting = new Waiting<Unanswered>(({ parts }) => parts.map(({ key }) => key));
  /** request.timeout.ms */
  private readonly timeouts: Timeouts;
  private refusing: string[] = [];
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
    this.timeouts = cluster.timeouts('produce', {
      stands: (id) => this.waiting.get(id) !== undefined,
      expired: (id) => {
        for (const part of this.waiting.get(id)?.parts ?? []) part.error ??= 'REQUEST_TIMED_OUT';
        this.settle(id);
      },
    });
  }
  refuseNext(topic: string): void {
    this.refusing.push(topic);
  }
  handle(from: string, correlation: number, broker: number, { acks, timeout, batches }: Extract<Request, { api: 'Produce' }>): void {
    const { cluster } = this;
    let bytes = 0;
    const parts = batches.map((batch) => {
      bytes += bytesOf(batch);
      return this.part(batch, broker, acks);
    });
    const throttle = cluster.quotas.charge('producer_byte_rate', from, broker, bytes);
    // Nothing is said to whoever wants no answer; when something is wrong its connection is closed (KafkaApis.handleProduceRequest).
    if (acks === 0) {
      if (parts.some(({ error }) => error !== 'NONE')) cluster.out.push({ kind: 'response', to: from, correlation, response: { api: 'Produce', throttle: 0, results: parts.map(({ topic, partition }) => ({ topic, partition, offset: -1, error: 'DISCONNECTED' })) } });
      return;
    }
    const id = this.waiting.add({ from, correlation, throttle, parts });
    this.settle(id);
    if (this.waiting.get(id)) this.timeouts.set(timeout, id);
  }
  /** The high watermark moved, or the in-sync replicas changed. */
  look(key: string): void {
    for (const id of this.waiting.numbers(key)) if (this.waiting.get(id)?.parts.some((part) => part.error === null && part.key === key)) this.settle(id);
  }
  lostLeader(key: string): void {
    for (const id of this.waiting.numbers()) {
      for (const part of this.waiting.get(id)?.parts ?? []) {
        if (part.error !== null || part.key !== key) continue;
        if ((this.cluster.partition(part.topic, part.partition)?.epoch ?? -1) !== part.epoch) part.error = 'NOT_LEADER_OR_FOLLOWER';
      }
      this.settle(id);
    }
  }
  /** Its connections broke: what waited there never gets another answer. */
  brokerLost(): void {
    for (const id of this.waiting.numbers()) {
      for (const part of this.waiting.get(id)?.parts ?? []) if (part.error === null && this.cluster.leaderError(this.cluster.partition(part.topic, part.partition)) !== 'NONE') part.error = 'DISCONNECTED';
      this.settle(id);
    }
  }
  timer(lane: number): void {
    this.timeouts.due(lane);
  }
  forget(from: string): void {
    for (const id of this.waiting.numbers()) if (this.waiting.get(id)?.from === from) this.waiting.remove(id);
  }
  save(): ProducesState {
    return { waiting: this.waiting.save(copied), timeouts: this.timeouts.save(), refusing: [...this.refusing] };
  }
  load({ waiting, timeouts, refusing }: ProducesState): void {
    this.waiting.load(waiting, copied);
    this.timeouts.load(timeouts);
    this.refusing = [...refusing];
  }

  private part(batch: Batch, broker: number, acks: number): Part {
    const { topic, partition: index, records } = batch;
    const partition = this.cluster.partition(topic, index);
    const key = this.cluster.keyOf(topic, index);
    const error = this.refusal(partition, batch, broker, acks);
    if (error !== 'NONE' || !partition) return { topic, partition: index, key, offset: -1, upTo: 0, epoch: 0, error };
    const offset = this.append(partition, batch, acks);
    return { topic, partition: index, key, offset, upTo: offset + records.length, epoch: partition.epoch, error: acks === -1 ? null : 'NONE' };
  }
  private refusal(partition: Partition | undefined, batch: Batch, broker: number, acks: number): ErrorName {
    const { cluster } = this;
    if (!cluster.nodes.up(broker)) return 'DISCONNECTED';
    if (!partition) return 'UNKNOWN_TOPIC_OR_PARTITION';
    if (partition.leader !== broker) return 'NOT_LEADER_OR_FOLLOWER';
    const { settings } = partition;
    // A batch makes its partition part of the transaction before the log looks at it: one that is then refused has begun it all the same (ReplicaManager.handleProduceAppend).
    if (batch.transactional) {
      const { transactions } = cluster;
      const error = transactions.mayWrite(batch.producerId, batch.producerEpoch);
      if (error !== 'NONE') return error;
      if (!transactions.takesIn(batch.producerId, partition)) return 'NOT_ENOUGH_REPLICAS';
    }
    const refused = this.refusing.indexOf(batch.topic);
    if (refused >= 0) {
      this.refusing.splice(refused, 1);
      return 'NOT_ENOUGH_REPLICAS';
    }
    if (acks === -1 && partition.isr.length < partition.minInsyncReplicas) return 'NOT_ENOUGH_REPLICAS';
    if (bytesOf(batch) > settings.maxMessageBytes) return 'MESSAGE_TOO_LARGE';
    if (settings.compact && batch.records.some((r) => r.key < 0)) return 'INVALID_RECORD';
    if (batch.baseSequence < 0) return 'NONE';
    const verdict = partition.producers.judge(batch);
    return verdict.is === 'out of order' ? 'OUT_OF_ORDER_SEQUENCE_NUMBER' : verdict.is === 'fenced' ? 'INVALID_PRODUCER_EPOCH' : 'NONE';
  }
  /** @returns the offset of its first record */
  private append(partition: Partition, batch: Batch, acks: number): number {
    const { cluster } = this;
    const now = cluster.host.now();
    const last = lastSequence(batch.baseSequence, batch.records.length);
    if (batch.baseSequence >= 0) {
      const verdict = partition.producers.judge(batch);
      // Known already: answered as if it had been written now.
      if (verdict.is === 'duplicate') return verdict.offset;
    }
    const first = partition.log.end;
    if (batch.baseSequence >= 0) partition.producers.add(batch.producerId, batch.producerEpoch, batch.baseSequence, last, first, now);
    partition.append(batch.records, { producerId: batch.producerId, transactional: batch.transactional, control: false });
    if (acks !== -1) for (let offset = first; offset <= first + batch.records.length - 1; offset++) cluster.accept(partition, offset);
    return first;
  }
  private settle(id: number): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    const { from, correlation, throttle, parts } = waiting;
    let open = false;
    for (const part of parts) {
      if (part.error === null) part.error = this.outcome(part);
      open ||= part.error === null;
    }
    if (open) return;
    this.waiting.remove(id);
    this.cluster.out.push({ kind: 'response', to: from, correlation, response: { api: 'Produce', throttle, results: parts.map(({ topic, partition, offset, error }) => ({ topic, partition, offset, error: error ?? 'NONE' })) } });
  }
  /** Of what waits for its replicas: null while it does. */
  private outcome({ topic, partition: index, upTo }: Part): ErrorName | null {
    const partition = this.cluster.partition(topic, index);
    if (!partition) return 'UNKNOWN_TOPIC_OR_PARTITION';
    return partition.highWatermark >= upTo ? 'NONE' : null;
  }
}
