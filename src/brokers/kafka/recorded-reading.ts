import type { Fetched, Response, TopicPartition } from './protocol.ts';
import { type Isolation, isolationOf, type Json, type JsonObject, number, type Operation, partitionsOf, text } from './recorded.ts';
import type { RecordedCluster } from './recorded-cluster.ts';
import { type Groups, NOBODY } from './recorded-groups.ts';
import type { Producing } from './recorded-producing.ts';

/** Longer values are shown by their length. */
const SHOWN = 100;

/** What recorded consumers read. */
export class Reading {
  readonly #node: RecordedCluster;
  readonly #producing: Producing;
  readonly #groups: Groups;
  readonly #unblocked: (who: string, shown: Json) => void;

  constructor(node: RecordedCluster, producing: Producing, groups: Groups, unblocked: (who: string, shown: Json) => void) {
    this.#node = node;
    this.#producing = producing;
    this.#groups = groups;
    this.#unblocked = unblocked;
  }
  listOffsets(operation: Operation): JsonObject {
    const at = { topic: text(operation['topic']), partition: number(operation['partition']) };
    const error = this.#node.cluster.leaderError(this.#node.cluster.partition(at.topic, at.partition));
    return error === 'NONE' ? { offset: this.offset(at, operation['at'] === 'earliest' ? 'earliest' : 'latest', isolationOf(operation)) } : { error };
  }
  offset(at: TopicPartition, which: 'earliest' | 'latest', isolation: Isolation): number {
    const { topic, partition } = at;
    return this.#node.must({ api: 'ListOffsets', at: which, isolation, partitions: [{ topic, partition }] }, 'ListOffsets').offsets[0]?.offset ?? -1;
  }
  /** The end of one replica's log. */
  logEnd(operation: Operation): JsonObject {
    const found = this.#node.cluster.partition(text(operation['topic']), number(operation['partition']));
    if (found === undefined) return { error: 'UNKNOWN_TOPIC_OR_PARTITION' };
    const { leader, log, replicas } = found;
    const node = number(operation['node']);
    return { offset: node === leader ? log.end : (replicas.find((r) => r.broker === node)?.end ?? -1) };
  }
  /** As a consumer that was assigned the partitions: from the position given, else committed, else reset; until nothing more comes. */
  read(operation: Operation): JsonObject {
    const [topic, group, reset, isolation] = [text(operation['topic']), text(operation['group']), text(operation['reset'], 'none'), isolationOf(operation)];
    const records: JsonObject[] = [];
    const positions: Record<string, number> = {};
    const all = partitionsOf(operation).map((partition) => ({ topic, partition }));
    // The client library waits for offsets that no transaction may still change, until it gives it up.
    if (operation['from'] === undefined && this.#groups.unstable(group, all)) return { error: 'TimeoutException' };
    for (const partition of partitionsOf(operation)) {
      const at = { topic, partition };
      const resets = (): number => (reset === 'earliest' || reset === 'latest' ? this.offset(at, reset, isolation) : -1);
      let next = operation['from'] === undefined ? (this.#groups.committed(group, [at])[0]?.offset ?? -1) : number(operation['from']);
      if (next < 0) next = resets();
      if (next < 0) return { error: 'NoOffsetForPartitionException' };
      for (let fetched = this.#next(at, next, isolation); fetched !== undefined; fetched = this.#next(at, next, isolation)) {
        if (fetched.error === 'OFFSET_OUT_OF_RANGE') {
          next = resets();
          if (next < 0) return { error: 'OffsetOutOfRangeException' };
          continue;
        }
        for (const [i, offset] of fetched.records.offsets.entries()) {
          const { key, value } = this.#producing.written(fetched.records.messages[i] ?? -1);
          records.push({ ...(operation['partitions'] === undefined ? {} : { partition }), offset, ...(key === null ? {} : { key }), value });
        }
        next = fetched.next;
      }
      positions[String(partition)] = next;
    }
    if (operation['commit'] === true)
      this.#groups.commit(
        group,
        NOBODY,
        Object.entries(positions).map(([partition, offset]) => ({ topic, partition: Number(partition), offset })),
      );
    return { records, positions };
  }
  #next(at: TopicPartition, offset: number, isolation: Isolation): Fetched | undefined {
    const limits = { minBytes: 0, maxWait: 1_000_000, maxBytes: 52_428_800, maxPartitionBytes: 1_048_576 };
    const leader = this.#node.partition(at.topic, at.partition).leader;
    const answer = this.#node.ask(leader, { api: 'Fetch', isolation, rack: '', ...limits, partitions: [{ ...at, offset }] }, 'Fetch');
    this.#node.forgetReader();
    return answer?.results[0];
  }
  /** One bare request. */
  fetch(operation: Operation): Json {
    const at = { topic: text(operation['topic']), partition: number(operation['partition']) };
    const leader = this.#node.cluster.partition(at.topic, at.partition)?.leader ?? 0;
    const node = number(operation['node'], leader);
    if (node < 0) return { error: 'LEADER_NOT_AVAILABLE' };
    const limits = { minBytes: number(operation['minBytes'], 1), maxWait: number(operation['maxWaitMs']) * 1000, maxBytes: number(operation['maxBytes'], 52_428_800), maxPartitionBytes: number(operation['partitionMaxBytes'], 1_048_576) };
    const request = { api: 'Fetch' as const, isolation: isolationOf(operation), rack: text(operation['rack']), ...limits, partitions: [{ ...at, offset: number(operation['from']) }] };
    const from = `tailrace connection#fetch ${text(operation['as'])}`;
    const shown = (response: Response) => this.#fetched(operation, response);
    const waiter = operation['as'];
    if (waiter === undefined) return shown(this.#node.ask(node, request, 'Fetch', number(operation['maxWaitMs']), from) ?? { api: 'Unavailable' });
    this.#node.send(node, request, (response) => this.#unblocked(text(waiter), shown(response)), from);
    return null;
  }
  #fetched(operation: Operation, response: Response): JsonObject {
    if (response.api !== 'Fetch') return { error: 'DISCONNECTED' };
    const [result] = response.results;
    if (response.error !== 'NONE' || result === undefined) return { error: response.error };
    if (result.error !== 'NONE') return { error: result.error };
    if (result.preferred >= 0) return { preferred: result.preferred };
    const { log } = this.#node.partition(result.topic, result.partition);
    const records: JsonObject[] = [];
    // What was aborted comes as well: it is the client library that passes over it.
    for (let offset = result.from; offset < result.next; offset++) {
      if (!log.has(offset)) continue;
      const { value } = this.#producing.written(log.message(offset));
      records.push(value !== null && value.length > SHOWN ? { offset, bytes: value.length } : { offset, value });
    }
    return { records, ...(operation['throttle'] === true ? { throttled: response.throttle > 0 } : {}) };
  }
}
