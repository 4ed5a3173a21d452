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
  /** Every connection ends; the clients learn of it one hop later. */
  disconnectAll(why: string): void;
  /** The server begins anew. @param state on its disk, or null when nothing is missing there */
  begin(state: unknown, cause: number): void;
}
export interface AvailabilityState {
  readonly down: string | null;
  readonly powerLost: boolean;
  /** What was synced last. */
  readonly disk: unknown;
  readonly rounds: number;
}

export class Availability {
  /** Why it is down, in words; null when it is up. */
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
    this.disk = this.server.save();
    this.host.after(micros(typeof interval === 'string' ? interval : '2min'), WAKE.sync, round);
  }
  act(action: string): string | undefined {
    const { cluster } = this.room;
    switch (action) {
      case 'kill-nats-server':
        return this.stop('stopped', false);
      case 'power-loss-nats-server':
        return this.stop('no power', true);
      case 'start-nats-server':
      case 'start-cluster':
        this.start();
        return `${cluster} is up.`;
      default:
        return undefined;
    }
  }
  private stop(why: string, power: boolean): string {
    const { cluster } = this.room;
    if (this.down !== null) return `${cluster} is down already.`;
    this.down = why;
    this.powerLost = power && this.room.config()['sync_interval'] !== 'always';
    this.host.record('crashed', { place: cluster, actor: cluster, reason: power ? 'nats.power_loss' : 'nats.server_down' });
    this.room.disconnectAll('nats.server_down');
    return `${cluster} is down.`;
  }
  private start(): void {
    if (this.down === null) return;
    this.down = null;
    const { cluster } = this.room;
    const cause = this.host.record('restarted', { place: cluster, actor: cluster, reason: 'nats.server_down' });
    this.room.begin(this.powerLost ? this.disk : null, cause);
    this.powerLost = false;
    this.syncEvery();
  }
  save(): AvailabilityState {
    const { down, powerLost, rounds } = this;
    return { down, powerLost, rounds, disk: copyOf(this.disk) };
  }
  load({ down, powerLost, rounds, disk }: AvailabilityState): void {
    Object.assign(this, { down, powerLost, rounds, disk });
  }
}
