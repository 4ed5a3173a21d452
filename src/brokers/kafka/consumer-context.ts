/** What the parts of one consumer share: its settings and where it stands in its partitions. */
import type { ReceiveListener } from '../contract.ts';
import type { ReplicaRacks } from './assignors/assignment.ts';
import type { ClientHost, ClientState } from './connection.ts';
import { Positions } from './positions.ts';
import { rackOfInstance } from './racks.ts';
import type { Readings } from './readings.ts';

export interface ConsumerHost extends ClientHost {
  readonly readings: Readings;
  counts(): ReadonlyMap<string, number>;
  readonly replicaRacks: ReplicaRacks;
  /** Message of a record that is still in the log. */
  messageAt(topic: string, partition: number, offset: number): number | undefined;
  /** A dead-letter or retry topic takes a record. @returns whether there is such a topic */
  forward(state: ClientState, topic: string, message: number): boolean;
  recordTime(topic: string, partition: number, offset: number): number;
}
export interface PartitionOffset {
  readonly partition: number;
  readonly offset: number;
}

export class ConsumerContext {
  readonly client: ClientState;
  readonly host: ConsumerHost;
  readonly listener: ReceiveListener;
  readonly positions = new Positions();
  constructor(client: ClientState, host: ConsumerHost, listener: ReceiveListener) {
    this.client = client;
    this.host = host;
    this.listener = listener;
  }
  get now(): number {
    return this.host.host.now();
  }
  get config(): Readonly<Record<string, unknown>> {
    return this.host.config(this.client);
  }
  number(name: string, fallback: number): number {
    const value = this.config[name];
    return typeof value === 'number' ? value : fallback;
  }
  /** @returns µs of a setting in ms */
  span(name: string, fallback: number): number {
    return this.number(name, fallback) * 1000;
  }
  get topic(): string {
    return this.host.topicOf(this.client);
  }
  get group(): string {
    return String(this.config['group.id'] ?? '');
  }
  /** What its group has to read in its topic: "orders@billing". */
  get place(): string {
    return this.host.readings.placeOf(this.topic, this.group);
  }
  get autoCommit(): boolean {
    return this.config['enable.auto.commit'] !== false;
  }
  get isolation(): 'read_committed' | 'read_uncommitted' {
    return this.config['isolation.level'] === 'read_committed' ? 'read_committed' : 'read_uncommitted';
  }
  /** client.rack of this instance */
  get rack(): string {
    return rackOfInstance(String(this.config['client.rack'] ?? ''), this.client.client);
  }
  get instanceId(): string | null {
    return this.config['staticMembership'] === true ? this.client.client : null;
  }
  later(delay: number, name: string, arg: number): void {
    this.host.later(this.client, delay, name, arg);
  }
  /** The history hears what the application is refused. */
  refused(error: string): void {
    this.host.host.record('refused', { place: this.place, actor: this.client.client, reason: `kafka.${error}` });
  }
}
