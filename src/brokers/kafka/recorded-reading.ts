import type { OneNode } from './one-node.ts';
import type { Fetched, TopicPartition } from './protocol.ts';
import { type Isolation, isolationOf, type JsonObject, number, type Operation, partitionsOf, text } from './recorded.ts';
import { type Groups, NOBODY } from './recorded-groups.ts';
import type { Producing } from './recorded-producing.ts';

/** What recorded consumers read. */
export class Reading {
  readonly #node: OneNode;
  readonly #producing: Producing;
  readonly #groups: Groups;

  constructor(node: OneNode, producing: Producing, groups: Groups) {
    this.#node = node;
    this.#producing = producing;
    this.#groups = groups;
  }
  offset(at: TopicPartition, which: 'earliest' | 'latest', isolation: Isolation): number {
    const { topic, partition } = at;
    return this.#node.must({ api: 'ListOffsets', at: which, isolation, partitions: [{ topic, partition }] }, 'ListOffsets').offsets[0]?.offset ?? -1;
  }
  /** As a consumer that was assigned the partitions: from the position given, else committed, else reset; until nothing more comes. */
  read(operation: Operation): JsonObject {
    const [topic, group, reset, isolation] = [text(operation['topic']), text(operation['group']), text(operation['reset'], 'none'), isolationOf(operation)];
    const records: JsonObject[] = [];
    const positions: Record<string, number> = {};
    for (const partition of partitionsOf(operation)) {
      const at = { topic, partition };
      const resets = (): number => (reset === 'earliest' || reset === 'latest' ? this.offset(at, reset, isolation) : -1);
      let next = operation['from'] === undefined ? (this.#groups.committed(group, [at])[0]?.offset ?? -1) : number(operation['from']);
      if (next < 0) next = resets();
      if (next < 0) return { error: 'NoOffsetForPartitionException' };
      for (let fetched = this.#fetch(at, next, isolation); fetched !== undefined; fetched = this.#fetch(at, next, isolation)) {
        if (fetched.error === 'OFFSET_OUT_OF_RANGE') {
          next = resets();
          if (next < 0) return { error: 'OffsetOutOfRangeException' };
          continue;
        }
        for (const { offset, message } of fetched.records) {
          const { key, value } = this.#producing.written(message);
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
  #fetch(at: TopicPartition, offset: number, isolation: Isolation): Fetched | undefined {
    const limits = { minBytes: 0, maxWait: 1_000_000, maxBytes: 52_428_800, maxPartitionBytes: 1_048_576 };
    const answer = this.#node.ask(0, { api: 'Fetch', isolation, rack: '', ...limits, partitions: [{ ...at, offset }] }, 'Fetch');
    this.#node.forget();
    return answer?.results[0];
  }
}
