/** Whether a server is up, and what data it has when it comes up again. */
import type { RoomHost } from '../contract.ts';
import type { Durability } from './durability.ts';
import type { Config } from './plan.ts';
import type { Dataset } from './server.ts';
import { WAKE } from './traffic.ts';

/** What is in store for the server itself, by kind. */
const [PROMOTE, REPLICA_LOST] = [0, 1];

export interface AvailabilityState {
  readonly down: string | null;
  readonly term: number;
  readonly lost: number;
}
/** What it needs of its room. */
export interface AvailabilityHost {
  readonly server: string;
  /** Every connection ends. */
  disconnectAll(why: string): void;
  /** The server begins anew with this data. @param reason of what is lost or comes back by that */
  adopt(data: Dataset, reason: string, cause: number): void;
  config(): Config;
  /** What the server holds. */
  dataset(): Dataset;
}

export class Availability {
  /** Why nothing answers, or null. */
  down: string | null = null;
  /** Counts incarnations: what was in store for an earlier one is void. */
  private term = 0;
  /** Replicas that have been gone for longer than min-replicas-max-lag. */
  private lost = 0;
  private readonly host: RoomHost;
  private readonly durability: Durability;
  private readonly room: AvailabilityHost;
  constructor(host: RoomHost, durability: Durability, room: AvailabilityHost) {
    this.host = host;
    this.durability = durability;
    this.room = room;
  }
  /** Replicas that count as good. */
  get goodReplicas(): number {
    return Math.max(0, Number(this.room.config()['replicas'] ?? 0) - this.lost);
  }
  /** @returns what was done, in words; undefined when this is no action of a server */
  act(action: string): string | undefined {
    const { server } = this.room;
    switch (action) {
      case 'stop-server':
        this.stop('stopped', false);
        return `${server} stopped.`;
      case 'power-loss':
        this.stop('no power', true);
        return `${server} lost power.`;
      case 'start-server':
        this.start();
        return `${server} started.`;
      case 'failover':
        return this.failover();
      case 'stop-replica':
        return this.stopReplica();
      case 'start-replica':
        return this.startReplicas();
      default:
        return undefined;
    }
  }
  wake(ref: number): void {
    const [kind, term] = [ref % 10, Math.floor(ref / 10)];
    if (kind === PROMOTE && term === this.term && this.down !== null) this.promote();
    else if (kind === REPLICA_LOST) this.lost = Math.min(this.lost + 1, this.durability.replicasDown);
  }
  /** The data on the disk is settled as the process, or the machine, goes. */
  private stop(why: string, power: boolean): void {
    if (this.down !== null) return;
    const data = this.durability.diskData(power);
    this.halt(why);
    // Nobody sees it before it is up again.
    this.durability.begin(data);
  }
  private start(): void {
    if (this.down === null) return;
    this.down = null;
    this.term++;
    const cause = this.host.record('restarted', { place: this.room.server, actor: this.room.server, reason: 'redis-streams.server_down' });
    this.room.adopt(this.durability.stored(), 'redis-streams.not_on_disk', cause);
  }
  private halt(why: string): void {
    this.down = why;
    this.term++;
    this.host.record('crashed', { place: this.room.server, actor: this.room.server, reason: 'redis-streams.server_down' });
    this.room.disconnectAll('redis-streams.server_down');
  }
  /** The master is gone; Sentinel waits for down-after-milliseconds and promotes a replica. */
  private failover(): string | undefined {
    const { server } = this.room;
    if (this.down !== null) return `${server} is down already.`;
    if (this.durability.replicas === 0) return `${server} has no replica that could be promoted.`;
    const data = this.durability.replicaData();
    this.halt('master down');
    this.durability.begin(data);
    this.host.after(Number(this.room.config()['down-after-milliseconds'] ?? 30_000) * 1000, WAKE.server, this.term * 10 + PROMOTE);
    return `The master of ${server} is gone.`;
  }
  private promote(): void {
    this.down = null;
    this.term++;
    const cause = this.host.record('elected', { place: this.room.server, actor: `${this.room.server}/replica`, reason: 'redis-streams.failover' });
    this.room.adopt(this.durability.stored(), 'redis-streams.failover', cause);
  }
  private stopReplica(): string {
    if (this.durability.replicas === 0) return 'No replica is up.';
    this.durability.replicasDown++;
    const lag = Number(this.room.config()['min-replicas-max-lag'] ?? 10);
    this.host.after(lag * 1_000_000, WAKE.server, this.term * 10 + REPLICA_LOST);
    this.host.record('crashed', { place: this.room.server, actor: `${this.room.server}/replica`, reason: 'redis-streams.replica_down' });
    return 'One replica stopped.';
  }
  private startReplicas(): string {
    if (this.durability.replicasDown > 0) this.host.record('restarted', { place: this.room.server, actor: `${this.room.server}/replica`, reason: 'redis-streams.replica_down' });
    this.durability.replicasUp(() => this.room.dataset());
    this.lost = 0;
    return 'All replicas are up.';
  }
  save(): AvailabilityState {
    return { down: this.down, term: this.term, lost: this.lost };
  }
  load(state: AvailabilityState): void {
    Object.assign(this, state);
  }
}
