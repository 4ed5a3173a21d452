/** What there is of the data besides the server's memory: replicas that are a little behind, the append-only file, the last snapshot. */
import { micros } from '../../base/time.ts';
import type { Written } from './core.ts';
import type { Config } from './plan.ts';
import { type Dataset, type RedisOptions, RedisServer } from './server.ts';

/** The kernel writes what was not synced after this long, µs (vm.dirty_expire_centisecs). */
const KERNEL_FLUSH = 30_000_000;
const SECOND = 1_000_000;
/** Writes that are kept before those that are due are carried out. */
const MANY = 2000;

interface Late {
  /** µs */
  readonly at: number;
  readonly written: Written;
}
interface State {
  readonly replica: unknown;
  readonly file: unknown;
  readonly toReplica: Late[];
  readonly toFile: Late[];
  readonly snapshot: Dataset;
  readonly snapshotAt: number;
  readonly dirty: number;
  readonly replicasDown: number;
}
export interface DurabilityOptions {
  readonly replicas: number;
  /** µs */
  readonly delay: number;
  readonly appendonly: boolean;
  readonly appendfsync: 'always' | 'everysec' | 'no';
  /** Pairs of seconds and changes. */
  readonly save: readonly (readonly [seconds: number, changes: number])[];
}
export function durabilityOptions(config: Config): DurabilityOptions {
  const numbers = String(config['save'] ?? '3600 1 300 100 60 10000')
    .split(/\s+/)
    .map(Number);
  const save = numbers.flatMap((seconds, i): (readonly [number, number])[] => (i % 2 === 0 && Number.isFinite(seconds) && Number.isFinite(numbers[i + 1]) && seconds > 0 ? [[seconds, numbers[i + 1] as number]] : []));
  return {
    replicas: Number(config['replicas'] ?? 0),
    delay: micros(String(config['replicationDelay'] ?? '10ms')),
    appendonly: config['appendonly'] === 'yes',
    appendfsync: config['appendfsync'] === 'always' || config['appendfsync'] === 'no' ? config['appendfsync'] : 'everysec',
    save,
  };
}

export class Durability {
  replicasDown = 0;
  private options: DurabilityOptions;
  private readonly now: () => number;
  private readonly replica: RedisServer;
  private readonly file: RedisServer;
  private toReplica: Late[] = [];
  private toFile: Late[] = [];
  /** Never changed: whoever begins with it copies it. */
  private snapshot: Dataset = { keys: [], expires: [] };
  private snapshotAt = 0;
  /** Changes since the last snapshot. */
  private dirty = 0;
  constructor(now: () => number, server: RedisOptions, options: DurabilityOptions) {
    this.now = now;
    this.options = options;
    // A copy does not expire keys by itself: it is told.
    const host = { now, after: () => undefined };
    this.replica = new RedisServer(host, server);
    this.file = new RedisServer(host, server);
    for (const one of [this.replica, this.file]) one.tells = false;
  }
  set settings(options: DurabilityOptions) {
    this.options = options;
  }
  /** Replicas that are up. */
  get replicas(): number {
    return Math.max(0, this.options.replicas - this.replicasDown);
  }
  /** All replicas are up. When none was, one got nothing meanwhile: it begins with all of the server's data. */
  replicasUp(dataset: () => Dataset): void {
    if (this.replicas === 0 && this.options.replicas > 0) {
      this.replica.adopt(dataset());
      this.toReplica = [];
    }
    this.replicasDown = 0;
  }
  get delay(): number {
    return this.options.delay;
  }
  /** Takes note of what was written just now. @param changes how many writes that was, told of or not; @param dataset of the server, for a snapshot */
  note(written: readonly Written[], changes: number, dataset: () => Dataset): void {
    const at = this.now();
    for (const one of written) {
      if (this.replicas > 0) this.toReplica.push({ at, written: one });
      if (this.options.appendonly) this.toFile.push({ at, written: one });
    }
    this.dirty += changes;
    if (!this.options.appendonly && this.options.save.some(([seconds, changes]) => this.dirty >= changes && at - this.snapshotAt >= seconds * SECOND)) {
      this.snapshot = dataset();
      this.snapshotAt = at;
      this.dirty = 0;
    }
    if ((this.toReplica[MANY]?.at ?? at) <= at - this.options.delay) this.replicate();
    if ((this.toFile[MANY]?.at ?? at) <= this.synced(at)) this.sync(this.synced(at));
  }
  /** The data of the replica that is furthest: what was written less than `delay` ago has not reached it. */
  replicaData(): Dataset {
    if (this.replicas > 0) this.replicate();
    return this.replica.dataset();
  }
  /** What a restart finds. @param power lost too: what the kernel had not written is gone */
  diskData(power: boolean): Dataset {
    if (!this.options.appendonly) return this.snapshot;
    this.sync(power ? this.synced(this.now()) : this.now());
    return this.file.dataset();
  }
  /** The data with which all of it began last. */
  stored(): Dataset {
    return this.replica.dataset();
  }
  /** All of it begins anew with this data. */
  begin(data: Dataset): void {
    this.replica.adopt(data);
    this.file.adopt(data);
    this.toReplica = [];
    this.toFile = [];
    this.snapshot = data;
    this.snapshotAt = this.now();
    this.dirty = 0;
  }
  private replicate(): void {
    this.toReplica = carryOut(this.replica, this.toReplica, this.now() - this.options.delay);
  }
  private sync(until: number): void {
    this.toFile = carryOut(this.file, this.toFile, until);
  }
  /** What was written up to then is on the disk. */
  private synced(now: number): number {
    if (this.options.appendfsync === 'always') return now;
    return this.options.appendfsync === 'everysec' ? Math.floor(now / SECOND) * SECOND - 1 : now - KERNEL_FLUSH;
  }
  save(): unknown {
    const { toReplica, toFile, snapshot, snapshotAt, dirty, replicasDown } = this;
    const state: State = { replica: this.replica.save(), file: this.file.save(), toReplica: toReplica.slice(), toFile: toFile.slice(), snapshot, snapshotAt, dirty, replicasDown };
    return state;
  }
  load(saved: unknown): void {
    const { replica, file, toReplica, toFile, ...rest } = saved as State;
    this.replica.load(replica);
    this.file.load(file);
    Object.assign(this, { ...rest, toReplica: toReplica.slice(), toFile: toFile.slice() });
  }
}
/** Applies what was written up to then. @returns the rest */
function carryOut(server: RedisServer, late: readonly Late[], until: number): Late[] {
  let done = 0;
  for (; done < late.length && late[done]!.at <= until; done++) {
    const { argv, weight } = late[done]!.written;
    server.execute('master', argv, { obeyed: true, weight });
  }
  server.out.length = 0;
  return late.slice(done);
}
