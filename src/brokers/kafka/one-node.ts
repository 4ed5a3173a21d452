import { KafkaCluster } from './cluster.ts';
import { clientIdOf } from './connection.ts';
import type { Request, Response } from './protocol.ts';
import type { QuotaLimits } from './quotas.ts';
import { clusterSettings } from './settings.ts';
import { VirtualClock } from '../virtual-clock.ts';

type ResponseTo<Api extends Response['api']> = Extract<Response, { readonly api: Api }>;

/** What the recorded broker's configuration says besides defaults. */
const NODE = { nodes: 1, 'auto.create.topics.enable': false, 'group.initial.rebalance.delay.ms': 0, 'log.retention.check.interval.ms': 500 };
const CLIENT = 'tailrace connection';
/** The client library's consumer, which has a connection and a client-id of its own. */
const READER = 'tailrace reader';

/** Requests to a cluster of one node in virtual time: answered at once, or later to whoever waits. */
export class OneNode {
  readonly clock = new VirtualClock();
  #cluster: KafkaCluster;
  readonly #waiting = new Map<number, (response: Response) => void>();
  #correlation = 0;

  constructor() {
    this.#cluster = this.#make();
  }
  get cluster(): KafkaCluster {
    return this.#cluster;
  }
  #make(): KafkaCluster {
    const cluster = new KafkaCluster(this.clock, clusterSettings(NODE, 0));
    this.clock.attach((name, ref) => {
      cluster.timer(name, ref);
      this.listen();
    });
    return cluster;
  }
  /** Goes on with a cluster made from the saved state: nothing may change. */
  reload(): void {
    const saved: unknown = JSON.parse(JSON.stringify(this.#cluster.save()));
    this.#cluster = this.#make();
    this.#cluster.load(saved);
  }
  /** Quotas of the one client that there is. */
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
  /** @param answered is called whenever the broker answers, perhaps before this returns */
  send(broker: number, request: Request, answered: (response: Response) => void): void {
    const correlation = this.#correlation++;
    this.#waiting.set(correlation, answered);
    this.#cluster.handle(request.api === 'Fetch' ? READER : CLIENT, correlation, broker, request);
    this.listen();
  }
  /** @returns undefined when the broker does not answer now */
  ask<Api extends Response['api']>(broker: number, request: Request, api: Api): ResponseTo<Api> | undefined {
    const answers: Response[] = [];
    this.send(broker, request, (response) => answers.push(response));
    const [answer] = answers;
    if (answer !== undefined && answer.api !== api) throw new Error(`${request.api} was answered with ${answer.api}`);
    return answer as ResponseTo<Api> | undefined;
  }
  must<Api extends Response['api']>(request: Request, api: Api): ResponseTo<Api> {
    const answer = this.ask(0, request, api);
    if (answer === undefined) throw new Error(`${request.api} was not answered`);
    return answer;
  }
  /** What was not answered is not wanted any more. */
  forget(): void {
    for (const client of [CLIENT, READER]) this.#cluster.forget(client);
  }
}
