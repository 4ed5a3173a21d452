import { VirtualClock } from '../virtual-clock.ts';
import { KafkaCluster } from './cluster.ts';
import { clientIdOf } from './connection.ts';
import type { Partition } from './partition.ts';
import type { Request, Response } from './protocol.ts';
import type { QuotaLimits } from './quotas.ts';
import { type Config, clusterSettings } from './settings.ts';

type ResponseTo<Api extends Response['api']> = Extract<Response, { readonly api: Api }>;

/** What the recorded brokers' configuration says besides defaults (conformance/FORMAT.md): of one node, and of three. */
const ONE: Config = {
  nodes: 1,
  'group.initial.rebalance.delay.ms': 0,
  'group.max.size': 3,
  'group.consumer.session.timeout.ms': 6_000,
  'group.share.session.timeout.ms': 6_000,
  'offsets.retention.minutes': 1,
  'offsets.retention.check.interval.ms': 10_000,
  'log.retention.check.interval.ms': 500,
};
const THREE: Config = { nodes: 3, 'offsets.topic.num.partitions': 1, 'transaction.state.log.num.partitions': 1, 'replica.lag.time.max.ms': 3_000, 'broker.rack': 'a, a, b', 'replica.selector.class': 'RackAwareReplicaSelector', 'log.retention.check.interval.ms': 500 };
const CLIENT = 'tailrace connection';
/** The client library's consumer, which has a connection and a client-id of its own. */
const READER = 'tailrace reader';
/** A call of a client, not of the cluster. */
const LATER = 'recorded client';
/** ms, the steps in which an answer is waited for */
const STEP = 5;

/** A request reached no coordinator. */
export class NoCoordinator extends Error {}

/** Requests to a cluster in virtual time: answered at once, or later to whoever waits. */
export class RecordedCluster {
  readonly clock = new VirtualClock();
  readonly #config: Config;
  #cluster: KafkaCluster;
  readonly #waiting = new Map<number, (response: Response) => void>();
  #correlation = 0;
  readonly #agenda = new Map<number, () => void>();

  /** @param more a case's own settings of the cluster */
  constructor(nodes: number, more: Config) {
    this.#config = { ...(nodes === 1 ? ONE : THREE), ...more };
    this.#cluster = this.#make();
  }
  get cluster(): KafkaCluster {
    return this.#cluster;
  }
  partition(topic: string, index: number): Partition {
    const partition = this.#cluster.partition(topic, index);
    if (!partition) throw new Error(`no partition ${index} of ${topic}`);
    return partition;
  }
  #make(): KafkaCluster {
    const cluster = new KafkaCluster(this.clock, clusterSettings(this.#config, 0));
    this.clock.attach((name, ref) => {
      if (name === LATER) this.#due(ref);
      else cluster.timer(name, ref);
      this.listen();
    });
    return cluster;
  }
  /** What a client does after so many µs. */
  later(delay: number, todo: () => void): void {
    const id = this.#correlation++;
    this.#agenda.set(id, todo);
    this.clock.after(delay, LATER, id);
  }
  #due(id: number): void {
    const todo = this.#agenda.get(id);
    this.#agenda.delete(id);
    todo?.();
  }
  /** Goes on with a cluster made from the saved state: nothing may change. */
  reload(): void {
    const saved: unknown = this.#cluster.save();
    this.#cluster = this.#make();
    this.#cluster.load(saved);
  }
  /** Quotas of the one client-id that there is. */
  limit(limits: QuotaLimits): void {
    this.#cluster.quotas.configure(clientIdOf(CLIENT), limits);
  }
  listen(): void {
    for (const event of this.#cluster.out.splice(0)) {
      if (event.kind !== 'response') continue;
      const answered = this.#waiting.get(event.correlation);
      this.#waiting.delete(event.correlation);
      answered?.(event.response);
    }
  }
  /** @param broker -1 for whoever is to answer it. @param answered is called whenever the broker answers, perhaps before this returns */
  send(broker: number, request: Request, answered: (response: Response) => void, from = request.api === 'Fetch' ? READER : CLIENT): void {
    const correlation = this.#correlation++;
    this.#waiting.set(correlation, answered);
    this.#cluster.handle(from, correlation, broker, request);
    this.listen();
  }
  /** @param patience ms of virtual time that the answer may take. @returns undefined when it does not come */
  ask<Api extends Response['api']>(broker: number, request: Request, api: Api, patience = 0, from?: string): ResponseTo<Api> | undefined {
    const answers: Response[] = [];
    this.send(broker, request, (response) => answers.push(response), from);
    for (let waited = 0; answers.length === 0 && waited <= patience; waited += STEP) this.clock.advance(waited === 0 ? 0 : STEP * 1000);
    const [answer] = answers;
    if (answer?.api === 'Unavailable') throw new NoCoordinator(this.absence(request));
    if (answer !== undefined && answer.api !== api) throw new Error(`${request.api} was answered with ${answer.api}`);
    return answer as ResponseTo<Api> | undefined;
  }
  /** Why the coordinator did not answer: its connection broke, or there is none. */
  absence(request: Request): string {
    return 'group' in request && this.#cluster.coordinator.nodeOf(request.group) < 0 ? 'COORDINATOR_NOT_AVAILABLE' : 'DISCONNECTED';
  }
  must<Api extends Response['api']>(request: Request, api: Api): ResponseTo<Api> {
    const answer = this.ask(-1, request, api);
    if (answer === undefined) throw new Error(`${request.api} was not answered`);
    return answer;
  }
  /** What the client library's consumer was not told is not wanted any more. */
  forgetReader(): void {
    this.#cluster.forget(READER);
  }
  forget(from: string): void {
    this.#cluster.forget(from);
  }
}
