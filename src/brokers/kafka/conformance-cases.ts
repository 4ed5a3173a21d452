import { OneNode } from './one-node.ts';
import { isolationOf, type Json, type JsonObject, number, type Operation, partitionsOf, text } from './recorded.ts';
import { Groups, NOBODY } from './recorded-groups.ts';
import { Producing } from './recorded-producing.ts';
import { Reading } from './recorded-reading.ts';

/** Recorded operations, sent as requests to the model of a cluster of one node. The shapes are those of conformance/FORMAT.md. */
export class KafkaAdapter {
  readonly #node = new OneNode();
  readonly #producing = new Producing(this.#node);
  readonly #groups = new Groups(this.#node, (member, shown) => (this.#unblocked[member] = shown));
  readonly #reading = new Reading(this.#node, this.#producing, this.#groups);
  #unblocked: Record<string, Json> = {};

  /** Goes on with a cluster made from the saved state: nothing may change. */
  reload(): void {
    this.#node.reload();
  }
  knows(op: string): boolean {
    return op in this.#verbs;
  }
  run(operation: Operation): JsonObject | null {
    const verb = this.#verbs[operation.op];
    if (verb === undefined) throw new Error(`operation ${operation.op} is not known`);
    this.#unblocked = {};
    const result = verb(operation);
    // What is due now belongs to the operation.
    this.#node.clock.advance(0);
    this.#node.listen();
    const shown = { ...(result === null ? {} : { result }), ...(Object.keys(this.#unblocked).length > 0 ? { unblocked: this.#unblocked } : {}) };
    return Object.keys(shown).length === 0 ? null : shown;
  }

  #commit(operation: Operation): JsonObject {
    const member = operation['member'] === undefined ? undefined : this.#groups.member(operation);
    const who = member === undefined ? NOBODY : { memberId: member.id, groupInstanceId: member.instanceId, generationOrEpoch: number(operation['generation'], member.generation) };
    return this.#groups.commit(text(operation['group'], member?.group), who, [{ topic: text(operation['topic']), partition: number(operation['partition']), offset: number(operation['offset']) }]);
  }
  #committed(operation: Operation): JsonObject {
    const topic = text(operation['topic']);
    const found = this.#groups.committed(
      text(operation['group']),
      partitionsOf(operation).map((partition) => ({ topic, partition })),
    );
    return { offsets: Object.fromEntries(found.map(({ partition, offset }) => [String(partition), offset])) };
  }

  readonly #verbs: Record<string, (operation: Operation) => Json> = {
    advance: (operation) => {
      this.#node.clock.advance(number(operation['ms']) * 1000);
      return null;
    },
    topic: (operation) => this.#producing.topic(operation),
    addPartitions: (operation) => this.#producing.addPartitions(operation),
    partitions: ({ topic = '' }) => ({ partitions: this.#node.must({ api: 'Metadata', topics: [text(topic)] }, 'Metadata').topics[text(topic)]?.length ?? 0 }),
    quota: (operation) => this.#producing.quota(operation),
    initProducer: (operation) => this.#producing.initProducer(operation),
    produce: (operation) => this.#producing.produce(operation),
    endTransaction: (operation) => this.#producing.endTransaction(operation),
    listOffsets: (operation) => ({ offset: this.#reading.offset({ topic: text(operation['topic']), partition: number(operation['partition']) }, operation['at'] === 'earliest' ? 'earliest' : 'latest', isolationOf(operation)) }),
    read: (operation) => this.#reading.read(operation),
    commit: (operation) => this.#commit(operation),
    committed: (operation) => this.#committed(operation),
    join: (operation) => this.#groups.join(operation),
    sync: (operation) => this.#groups.sync(operation),
    heartbeat: (operation) => this.#groups.heartbeat(operation),
    leave: (operation) => this.#groups.leave(operation),
  };
}

interface Example {
  readonly setup: readonly Operation[];
  readonly steps: readonly Operation[];
}
/** Of Kafka 4.4.0, one node. */
export const adapter = (): KafkaAdapter => new KafkaAdapter();
export function cannot({ setup, steps }: Example): string | null {
  const known = new KafkaAdapter();
  const foreign = [...setup, ...steps].find(({ op }) => !known.knows(op));
  return foreign === undefined ? null : `operation ${foreign.op} is not modelled`;
}
