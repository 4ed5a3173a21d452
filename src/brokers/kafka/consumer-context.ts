/** What the parts of one consumer share: its settings and where it stands in its partitions. */
import type { ReceiveListener } from '../contract.ts';
import { Timeouts } from '../timeouts.ts';
import type { ReplicaRacks } from './assignors/assignment.ts';
import { Coordination } from './coordination.ts';
import { type ClientHost, type ClientState, readOnce } from './connection.ts';
import { type ConsumerSettings, consumerSettings } from './consumer-settings.ts';
import type { MembershipSettings } from './membership.ts';
import { Positions } from './positions.ts';
import type { Response } from './protocol.ts';
import type { Readings } from './readings.ts';
import { type Config, number } from './settings.ts';

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
  readonly coordinator: Coordination;
  private readonly read: () => ConsumerSettings;
  /** @param heard what the group's coordinator answered */
  constructor(client: ClientState, host: ConsumerHost, listener: ReceiveListener, heard: (correlation: number, response: Response) => void) {
    this.coordinator = new Coordination(client, host, heard);
    this.client = client;
    this.host = host;
    this.listener = listener;
    this.read = readOnce(
      () => this.config,
      (config) => consumerSettings(config, client.client),
    );
  }
  get now(): number {
    return this.host.host.now();
  }
  get config(): Config {
    return this.host.config(this.client);
  }
  get settings(): ConsumerSettings {
    return this.read();
  }
  get topic(): string {
    return this.host.topicOf(this.client);
  }
  get group(): string {
    return this.settings.group;
  }
  /** What its group has to read in its topic: "orders@billing". */
  get place(): string {
    return this.host.readings.placeOf(this.topic, this.group);
  }
  /** @param partitions of its topic, as the client's metadata have it */
  membership(partitions: number): MembershipSettings {
    const { config, client, host, settings } = this;
    return {
      group: settings.group,
      clientId: client.client,
      groupInstanceId: settings.instanceId,
      memberId: `${client.client}-${client.life}`,
      assignor: config['group.remote.assignor'] === undefined ? null : String(config['group.remote.assignor']),
      sessionTimeout: number(config, 'session.timeout.ms', 45_000),
      heartbeatInterval: number(config, 'heartbeat.interval.ms', 3_000),
      maxPollInterval: number(config, 'max.poll.interval.ms', 300_000),
      strategies: String(config['partition.assignment.strategy'] ?? 'range, cooperative-sticky').split(/,\s*/),
      topic: this.topic,
      partitions,
      counts: host.counts(),
      replicaRacks: host.replicaRacks,
      rack: settings.rack,
    };
  }
  later(delay: number, name: string, arg: number): void {
    this.host.later(this.client, delay, name, arg);
  }
  /** Timeouts for one purpose: `timer(name, lane)` follows for them. */
  timeouts(name: string, whose: { stands(arg: number): boolean; expired(arg: number): void }): Timeouts {
    return new Timeouts({ now: () => this.now, call: (delay, lane) => this.later(delay, name, lane), ...whose });
  }
  /** The history hears what the application is refused. */
  refused(error: string): void {
    this.host.host.record('refused', { place: this.place, actor: this.client.client, reason: `kafka.${error}` });
  }
}
