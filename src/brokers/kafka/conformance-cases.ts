import { type Json, type JsonObject, number, object, type Operation, settingOf, text } from './recorded.ts';
import { assign } from './recorded-assignors.ts';
import { Consumers } from './recorded-consumers.ts';
import { NoCoordinator, RecordedCluster } from './recorded-cluster.ts';
import { Groups } from './recorded-groups.ts';
import { Heartbeats } from './recorded-heartbeats.ts';
import { Producers } from './recorded-producers.ts';
import { Producing } from './recorded-producing.ts';
import { Reading } from './recorded-reading.ts';
import { send } from './recorded-sending.ts';
import { Sharing } from './recorded-shares.ts';

interface Example {
  readonly server?: JsonObject;
  readonly setup: readonly Operation[];
  readonly steps: readonly Operation[];
}

/** Recorded operations, sent as requests to the model of a cluster. The shapes are those of conformance/FORMAT.md. */
export class KafkaAdapter {
  readonly #node: RecordedCluster;
  readonly #producing: Producing;
  readonly #groups: Groups;
  readonly #reading: Reading;
  readonly #heartbeats: Heartbeats;
  readonly #sharing: Sharing;
  readonly #consumers: Consumers;
  readonly #producers: Producers;
  #unblocked: Record<string, Json> = {};

  constructor({ setup, server = {} }: Example) {
    const unblocked = (who: string, shown: Json) => (this.#unblocked[who] = shown);
    const { nodes, config } = clusterOf(setup[0]);
    this.#node = new RecordedCluster(nodes, { ...settingsOf(server), ...config });
    this.#producing = new Producing(this.#node, unblocked);
    this.#groups = new Groups(this.#node, unblocked);
    this.#reading = new Reading(this.#node, this.#producing, this.#groups, unblocked);
    this.#heartbeats = new Heartbeats(this.#node, this.#groups);
    this.#sharing = new Sharing(this.#node, this.#producing);
    this.#consumers = new Consumers(this.#node, this.#producing);
    this.#producers = new Producers(this.#node, this.#producing, unblocked);
  }
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
    const result = answerOf(() => verb(operation));
    // What is due now belongs to the operation.
    this.#node.clock.advance(0);
    this.#node.listen();
    const shown = { ...(result === null ? {} : { result }), ...(Object.keys(this.#unblocked).length > 0 ? { unblocked: this.#unblocked } : {}) };
    return Object.keys(shown).length === 0 ? null : shown;
  }

  #describe(operation: Operation): JsonObject {
    const { leader, isr, elr } = this.#node.partition(text(operation['topic']), number(operation['partition']));
    return { leader, isr: sorted(isr), ...(elr.length > 0 ? { elr: sorted(elr) } : {}) };
  }
  #racks(operation: Operation): JsonObject {
    const { racks } = this.#node.cluster.settings;
    const { partitions = [] } = this.#node.cluster.topic(text(operation['topic'])) ?? {};
    return { racks: partitions.map(({ replicas }) => replicas.map(({ broker }) => racks[broker] || null).sort()) };
  }
  /** Of a group, or of somebody's transactions. */
  #coordinator(operation: Operation): number {
    const { coordinator, transactions } = this.#node.cluster;
    return operation['transactionalId'] === undefined ? coordinator.nodeOf(text(operation['group'])) : transactions.nodeOf(text(operation['transactionalId']));
  }
  /** Done to a node, not asked of it. */
  readonly #toNode = (what: (node: number) => void) => (operation: Operation) => {
    what(operation['node'] === 'coordinator' ? this.#coordinator(operation) : number(operation['node']));
    this.#node.listen();
    return null;
  };

  readonly #verbs: Record<string, (operation: Operation) => Json> = {
    // The cluster was made with them.
    settings: () => ({ ok: true }),
    advance: (operation) => {
      this.#node.clock.advance(number(operation['ms']) * 1000);
      return null;
    },
    kill: this.#toNode((node) => this.#node.cluster.nodes.kill(node)),
    shutDown: this.#toNode((node) => this.#node.cluster.nodes.shutDown(node)),
    start: this.#toNode((node) => this.#node.cluster.nodes.start(node)),
    stall: this.#toNode((node) => this.#node.cluster.nodes.freeze(node, true)),
    resume: this.#toNode((node) => this.#node.cluster.nodes.freeze(node, false)),
    topic: (operation) => this.#producing.topic(operation),
    addPartitions: (operation) => this.#producing.addPartitions(operation),
    partitions: ({ topic = '' }) => ({ partitions: this.#node.must({ api: 'Metadata', topics: [text(topic)] }, 'Metadata').topics[text(topic)]?.length ?? 0 }),
    describe: (operation) => this.#describe(operation),
    racks: (operation) => this.#racks(operation),
    quota: (operation) => this.#producing.quota(operation),
    groupConfig: (operation) => this.#sharing.configure(operation),
    initProducer: (operation) => this.#producing.initProducer(operation),
    send: (operation) => send(this.#node, operation),
    produce: (operation) => this.#producing.produce(operation),
    endTransaction: (operation) => this.#producing.endTransaction(operation),
    listOffsets: (operation) => this.#reading.listOffsets(operation),
    logEnd: (operation) => this.#reading.logEnd(operation),
    fetch: (operation) => this.#reading.fetch(operation),
    read: (operation) => this.#reading.read(operation),
    commit: (operation) => this.#groups.commitOf(operation),
    commitInTransaction: (operation) => this.#groups.commitInTransaction(operation, this.#producing.producer(operation)),
    committed: (operation) => this.#groups.committedOf(operation),
    join: (operation) => this.#groups.join(operation),
    sync: (operation) => this.#groups.sync(operation),
    heartbeat: (operation) => this.#groups.heartbeat(operation),
    leave: (operation) => this.#groups.leave(operation),
    consumerHeartbeat: (operation) => this.#heartbeats.consumer(operation),
    shareHeartbeat: (operation) => this.#heartbeats.share(operation),
    shareFetch: (operation) => this.#sharing.fetch(operation),
    acknowledge: (operation) => this.#sharing.acknowledge(operation),
    endShareSession: (operation) => this.#sharing.end(operation),
    shareOffset: (operation) => this.#sharing.startOffset(operation),
    assign,
    subscribe: (operation) => this.#consumers.subscribe(operation),
    poll: (operation) => this.#consumers.of(operation).poll(),
    pausePartitions: (operation) => this.#consumers.of(operation).pause(true),
    resumePartitions: (operation) => this.#consumers.of(operation).pause(false),
    seekTo: (operation) => this.#consumers.of(operation).seek(operation['to'] === 'earliest' ? 'earliest' : 'latest'),
    commitSync: (operation) => this.#consumers.of(operation).commit('commitSync'),
    commitAsync: (operation) => this.#consumers.of(operation).commit('commitAsync'),
    closeConsumer: (operation) => this.#consumers.of(operation).close(),
    openProducer: (operation) => this.#producers.open(operation),
    sendRecords: (operation) => this.#producers.send(operation),
    callbacks: (operation) => this.#producers.of(operation).callbacks(operation),
    placed: (operation) => this.#producers.of(operation).placed(operation),
    flush: (operation) => this.#producers.of(operation).flush(),
    beginTransaction: (operation) => this.#producers.of(operation).begin(),
    commitTransaction: (operation) => this.#producers.of(operation).end(true),
    abortTransaction: (operation) => this.#producers.of(operation).end(false),
    closeProducer: (operation) => this.#producers.of(operation).close(),
  };
}
/** What a request came to that found no coordinator. */
function answerOf(verb: () => Json): Json {
  try {
    return verb();
  } catch (error) {
    if (error instanceof NoCoordinator) return { error: error.message };
    throw error;
  }
}
const sorted = (nodes: readonly number[]): number[] => [...nodes].sort((a, b) => a - b);

/** A case's first operation may say how many nodes it is about, and what they are set to. */
function clusterOf(first: Operation | undefined): { readonly nodes: number; readonly config: Readonly<Record<string, Json>> } {
  const { nodes, config } = first?.op === 'settings' ? first : { nodes: 1, config: {} };
  return { nodes: number(nodes, 1), config: settingsOf(object(config)) };
}
const settingsOf = (config: JsonObject): Readonly<Record<string, Json>> => Object.fromEntries(Object.entries(config).map(([name, value]) => [name, settingOf(value)]));

/** Of Kafka 4.4.0. */
export const adapter = (example: Example): KafkaAdapter => new KafkaAdapter(example);
export function cannot(example: Example): string | null {
  const known = new KafkaAdapter(example);
  const foreign = [...example.setup, ...example.steps].find(({ op }) => !known.knows(op));
  return foreign === undefined ? null : `operation ${foreign.op} is not modelled`;
}
