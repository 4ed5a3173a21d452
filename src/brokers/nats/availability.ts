/** Is the server up, and what lies on its disk: a killed process loses what is in memory, a machine without power what was not synced. */
import { copyOf } from '../../base/copy.ts';
import { micros } from '../../base/time.ts';
import type { RoomHost } from '../contract.ts';
import type { Config } from './plan.ts';
import type { NatsServer } from './server.ts';
import { WAKE } from './traffic.ts';

/** What it needs of the room. */
export interface AvailabilityHost {
  readonly cluster: string;
  config(): Config;
  /** Every connection ends; the clients learn of it one hop later. @param of one server of several */
  disconnectAll(why: string, of?: number): void;
  /** The server begins anew. @param state on its disk, or null when nothing is missing there */
  begin(state: unknown, cause: number): void;
  /** What servers of a cluster have to tell. */
  flush(): void;
  /** The first server of a cluster is up again. */
  returned(): void;
}
export interface AvailabilityState {
  readonly down: string | null;
  readonly powerLost: boolean;
  /** What was synced last. */
  readonly disk: unknown;
  readonly rounds: number;
}

export class Availability {
  /** Why it is down, in words; null when it is up, or one of its servers is. */
  down: string | null = null;
  private powerLost = false;
  private disk: unknown = null;
  /** Number of the newest round of syncing: wakes of an earlier one are void. */
  private rounds = 0;
  private readonly host: RoomHost;
  private readonly server: NatsServer;
  private readonly room: AvailabilityHost;
  constructor(host: RoomHost, server: NatsServer, room: AvailabilityHost) {
    this.host = host;
    this.server = server;
    this.room = room;
  }
  /** The configuration has a (new) interval: the files are synced now and from now on. */
  syncEvery(): void {
    this.rounds++;
    this.sync(this.rounds);
  }
  /** sync_interval is over. https://docs.nats.io/running-a-nats-service/configuration#jetstream */
  sync(round: number): void {
    const interval = this.room.config()['sync_interval'];
    if (round !== this.rounds || this.down !== null || interval === 'always') return;
    if (this.several) this.server.syncServers();
    else this.disk = this.server.save();
    this.host.after(micros(typeof interval === 'string' ? interval : '2min'), WAKE.sync, round);
  }
  /** @param on the cluster, or one of its servers: "nats/node-2" */
  act(action: string, on: string): string | undefined {
    const { cluster } = this.room;
    const number = on === cluster ? -1 : Number(on.slice(`${cluster}/node-`.length)) - 1;
    switch (action) {
      case 'kill-nats-server':
        return this.stop('stopped', false);
      case 'power-loss-nats-server':
        return this.stop('no power', true);
      case 'start-nats-server':
      case 'start-cluster':
        this.start();
        return `${cluster} is up.`;
      case 'stop-node':
      case 'power-loss-node':
        return this.stopOne(number, action === 'power-loss-node');
      case 'start-node':
        return this.startOne(number);
      default:
        return undefined;
    }
  }
  private get several(): boolean {
    return this.server.cluster.servers.length > 1;
  }
  private get numbers(): readonly number[] {
    return this.server.cluster.servers.map((_, i) => i);
  }
  private stop(why: string, power: boolean): string {
    const { cluster } = this.room;
    if (this.down !== null) return `${cluster} is down already.`;
    if (this.several) {
      for (const number of this.numbers) this.stopOne(number, power);
      return `${cluster} is down.`;
    }
    this.down = why;
    this.powerLost = power && this.losesUnsynced;
    this.host.record('crashed', { place: cluster, actor: cluster, reason: power ? 'nats.power_loss' : 'nats.server_down' });
    this.room.disconnectAll('nats.server_down');
    return `${cluster} is down.`;
  }
  private get losesUnsynced(): boolean {
    return this.room.config()['sync_interval'] !== 'always';
  }
  private start(): void {
    if (this.several) for (const number of this.numbers) this.startOne(number);
    if (this.down === null) return;
    this.down = null;
    const { cluster } = this.room;
    const cause = this.host.record('restarted', { place: cluster, actor: cluster, reason: 'nats.server_down' });
    this.room.begin(this.powerLost ? this.disk : null, cause);
    this.powerLost = false;
    this.syncEvery();
  }
  private stopOne(number: number, power: boolean): string | undefined {
    if (!this.several) return number === 0 ? this.stop(power ? 'no power' : 'stopped', power) : undefined;
    const { cluster } = this.room;
    const { servers } = this.server.cluster;
    if (servers[number]?.up !== true) return `${cluster}/node-${number + 1} is down already.`;
    this.host.record('crashed', { place: cluster, actor: `${cluster}/node-${number + 1}`, reason: power ? 'nats.power_loss' : 'nats.server_down' });
    if (servers.every(({ up }, i) => !up || i === number)) this.down = power ? 'no power' : 'stopped';
    this.room.disconnectAll('nats.server_down', number);
    this.server.stopServer(number, power && this.losesUnsynced);
    this.room.flush();
    return `${cluster}/node-${number + 1} is down.`;
  }
  private startOne(number: number): string | undefined {
    const { cluster } = this.room;
    if (!this.several) {
      if (number === 0) this.start();
      return number === 0 ? `${cluster} is up.` : undefined;
    }
    if (this.server.cluster.servers[number]?.up !== false) return `${cluster}/node-${number + 1} is up already.`;
    this.host.record('restarted', { place: cluster, actor: `${cluster}/node-${number + 1}`, reason: 'nats.server_down' });
    const first = this.down !== null;
    this.down = null;
    this.server.startServer(number);
    this.room.flush();
    if (first) this.room.returned();
    if (first) this.syncEvery();
    return `${cluster}/node-${number + 1} is up.`;
  }
  save(): AvailabilityState {
    const { down, powerLost, rounds } = this;
    return { down, powerLost, rounds, disk: copyOf(this.disk) };
  }
  load({ down, powerLost, rounds, disk }: AvailabilityState): void {
    Object.assign(this, { down, powerLost, rounds, disk });
  }
}
