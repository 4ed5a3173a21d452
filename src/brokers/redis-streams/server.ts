/** A Redis server as its clients meet it: each command done with all its consequences when the call returns. */
import { copyOf } from '../../base/copy.ts';
import type { BrokerHost, Refusal } from '../contract.ts';
import { type Call, type Command, commandOf } from './commands.ts';
import { type Config, Core, DEFAULTS, type RedisEvent, type Reply, type Value, type Wait, type Written } from './core.ts';
import { errors, Refused } from './errors.ts';
import { copyStream, type Stream } from './stream.ts';
import type { Version } from './versions.ts';

export interface RedisOptions {
  readonly version: Version;
  readonly config?: Partial<Config>;
  /** Unix time in ms at which the run begins. */
  readonly epoch?: number;
}
/** A client that waits for a stream. */
interface Blocked {
  readonly id: number;
  readonly client: string;
  readonly argv: readonly string[];
  /** Where the IDs begin. */
  readonly at: number;
  keys: readonly string[];
  readonly whenGone: boolean;
  /** Unix time in ms from which on there may be something to claim. */
  claimableAt: number | null;
}
/** All keys, and when those that expire do: Unix time in ms. */
export interface Dataset {
  readonly keys: (readonly [string, Value])[];
  readonly expires: (readonly [string, number])[];
}
interface State extends Dataset {
  readonly config: Config;
  readonly blocked: Blocked[];
  readonly waiting: (readonly [string, number[]])[];
  readonly ids: number;
  readonly out: readonly RedisEvent[];
  readonly written: readonly Written[];
  readonly used: (readonly [string, number])[];
  readonly commands: number;
  readonly goodReplicas: number;
}
/** 1 January 2026: the clock of the run begins here. */
export const EPOCH = 1_767_225_600_000;
/** A pending entry: its structure, and its place in two radix trees. */
const PENDING_BYTES = 100;

export class RedisServer {
  private readonly core: Core;
  private readonly host: BrokerHost;
  private blocked = new Map<number, Blocked>();
  /** Per key, who waits for it, the longest first. */
  private waiting = new Map<string, Set<number>>();
  /** Who waits: client → number. */
  private clients = new Map<string, number>();
  private ids = 0;

  constructor(host: BrokerHost, options: RedisOptions) {
    this.host = host;
    this.core = new Core(host, options.version, { ...DEFAULTS, ...options.config }, options.epoch ?? EPOCH);
  }
  /** What happened since it was last emptied. */
  get out(): RedisEvent[] {
    return this.core.out;
  }
  /** Writes since it was last emptied, as replicas get them. */
  get written(): Written[] {
    return this.core.written;
  }
  /** Whether `written` is to be filled. */
  set tells(wanted: boolean) {
    this.core.tells = wanted;
  }
  /** Writes since this was last asked. */
  takeDirty(): number {
    const { dirty } = this.core;
    this.core.dirty = 0;
    return dirty;
  }
  /** Replicas that have answered of late: what min-replicas-to-write is compared with. */
  goodReplicas = 0;
  get config(): Config {
    return this.core.config;
  }

  /** Its settings were changed: a lower maxmemory counts at once. */
  configured(): void {
    if (this.core.config.maxmemory > 0) this.makeRoom();
    this.serve();
  }
  /** @returns the reply, or undefined when the client waits: a `reply` event follows */
  execute(client: string, argv: readonly string[], call: Call = {}): Reply | undefined {
    if (this.isBlocked(client)) throw new Error(`${client} waits for a reply`);
    const reply = this.run(argv, call);
    if (isWait(reply)) this.block(client, reply);
    this.serve();
    return isWait(reply) ? undefined : reply;
  }
  isBlocked(client: string): boolean {
    return this.clients.has(client);
  }
  /** The connection is gone, and nothing else. */
  disconnect(client: string): void {
    const one = this.blocked.get(this.clients.get(client) ?? -1);
    if (one !== undefined) this.release(one);
  }
  timer(name: string, ref: number): void {
    if (name === 'timeout') {
      const one = this.blocked.get(ref);
      if (one === undefined) return;
      this.release(one);
      this.core.out.push({ kind: 'reply', client: one.client, reply: null });
    } else {
      if (name === 'expire') this.core.expire();
      else for (const key of this.blocked.get(ref)?.keys ?? []) this.core.signal(key);
      this.serve();
    }
  }

  private run(argv: readonly string[], call: Call): Reply | Wait {
    const command = commandOf(argv, (since) => this.core.has(since));
    if ('refused' in command) return command;
    this.core.commands++;
    this.core.weight = call.weight ?? 0;
    if (call.obeyed !== true) {
      const refusal = this.gate(command);
      if (refusal !== null) return refusal;
    }
    try {
      return command.run(this.core, argv, call);
    } catch (error) {
      if (error instanceof Refused) return error.refusal;
      throw error;
    }
  }
  /** What keeps a command from being done, whatever it says. https://redis.io/docs/latest/operate/oss_and_stack/management/config/ */
  private gate(command: Command): Refusal | null {
    const { config } = this.core;
    if (config.maxmemory > 0 && !this.makeRoom() && command.denyoom === true) return errors.oom();
    return command.writes === true && this.goodReplicas < config['min-replicas-to-write'] ? errors.noReplicas() : null;
  }
  /** Evicts what was used least recently until there is room, if the policy says so. @returns whether there is */
  private makeRoom(): boolean {
    const { config, used, keys } = this.core;
    while (this.memory() > config.maxmemory) {
      if (config['maxmemory-policy'] === 'noeviction') return false;
      let oldest: string | undefined;
      for (const key of keys.keys()) if (oldest === undefined || (used.get(key) ?? 0) < (used.get(oldest) ?? 0)) oldest = key;
      if (oldest === undefined) return false;
      this.core.remove(oldest, 'evicted');
      this.core.propagate('DEL', oldest);
    }
    return true;
  }
  /** Bytes of all data, estimated: nodes as they are serialised, and what a pending entry takes. */
  memory(): number {
    let bytes = 0;
    for (const value of this.core.keys.values()) {
      if (value.type === 'stream') bytes += value.groups.reduce((sum, { ids }) => sum + ids.length * PENDING_BYTES, value.bytes);
    }
    return bytes;
  }
  stream(key: string): Stream | undefined {
    const value = this.core.keys.get(key);
    return value?.type === 'stream' ? value : undefined;
  }
  /** Names of all keys. */
  keys(): string[] {
    return [...this.core.keys.keys()];
  }
  private block(client: string, wait: Wait): void {
    const one: Blocked = { id: this.ids++, client, argv: wait.argv, at: wait.at, keys: [], whenGone: wait.whenGone, claimableAt: null };
    this.blocked.set(one.id, one);
    this.clients.set(client, one.id);
    this.queue(one, wait);
    if (wait.timeout > 0) this.host.after(wait.timeout * 1000, 'timeout', one.id);
  }
  private queue(one: Blocked, { keys, claimableAt }: Wait): void {
    one.keys = [...new Set(keys)];
    if (claimableAt !== null && claimableAt !== one.claimableAt) this.core.after(claimableAt + 1, 'claimable', one.id);
    one.claimableAt = claimableAt;
    for (const key of one.keys) {
      const queue = this.waiting.get(key);
      if (queue === undefined) this.waiting.set(key, new Set([one.id]));
      else queue.add(one.id);
    }
  }
  private leave(one: Blocked): void {
    for (const key of one.keys) {
      const queue = this.waiting.get(key);
      queue?.delete(one.id);
      if (queue?.size === 0) this.waiting.delete(key);
    }
  }
  private release(one: Blocked): void {
    this.leave(one);
    this.blocked.delete(one.id);
    this.clients.delete(one.client);
  }

  /** Lets clients that wait for a touched key try again, the longest waiting first; who gets nothing goes to the end of the queue. */
  private serve(): void {
    for (let key = this.core.ready.shift(); key !== undefined; key = this.core.ready.shift()) {
      for (const id of [...(this.waiting.get(key) ?? [])]) {
        const one = this.blocked.get(id);
        if (one === undefined) continue;
        const isStream = this.core.keys.get(key)?.type === 'stream';
        if (!isStream && !one.whenGone) continue;
        this.leave(one);
        const reply = this.core.has('7.2') ? this.run(one.argv, {}) : this.runBefore72(one, key, isStream);
        if (isWait(reply)) this.queue(one, reply);
        else {
          this.blocked.delete(id);
          this.clients.delete(one.client);
          this.core.out.push({ kind: 'reply', client: one.client, reply });
        }
      }
    }
  }
  /** Until 7.2 only the stream that was touched was looked at, and a client whose stream or group had gone was told so in other words. */
  private runBefore72(one: Blocked, key: string, isStream: boolean): Reply | Wait {
    if (!isStream) return errors.keyGoneBefore72();
    const streams = one.at - (one.argv.length - one.at);
    const index = one.argv.indexOf(key, streams) - streams;
    const reply = this.run([...one.argv.slice(0, streams), key, one.argv[one.at + index] ?? ''], {});
    if (isWait(reply)) return { ...reply, keys: one.keys };
    return isNoGroup(reply) ? errors.groupGoneBefore72() : reply;
  }

  /** The data alone, as an RDB file or a full synchronisation carries it. */
  dataset(): Dataset {
    const { keys, expires } = this.core;
    return { keys: [...keys].map(copied), expires: [...expires] };
  }
  /** Begins anew with this data: nobody is connected. */
  adopt(data: Dataset): void {
    this.core.restore(data.keys.map(copied), [], []);
    this.blocked.clear();
    this.clients.clear();
    this.waiting.clear();
    for (const list of [this.core.out, this.core.written, this.core.ready]) list.length = 0;
    for (const [key, at] of data.expires) this.core.expireAt(key, at);
  }

  save(): unknown {
    const { keys, expires, config, out, written, used, commands } = this.core;
    const { ids, goodReplicas } = this;
    const state: Omit<State, 'keys'> = { expires: [...expires], config, blocked: [...this.blocked.values()], waiting: [...this.waiting].map(([key, queue]) => [key, [...queue]] as const), ids, out, written, used: [...used], commands, goodReplicas };
    return { ...copyOf(state), keys: [...keys].map(copied) };
  }
  load(saved: unknown): void {
    const { keys, ...rest } = saved as State;
    const state = copyOf(rest);
    this.core.restore(keys.map(copied), state.expires, state.used);
    this.core.commands = state.commands;
    this.goodReplicas = state.goodReplicas;
    Object.assign(this.core.config, state.config);
    this.core.out.splice(0, Number.POSITIVE_INFINITY, ...state.out);
    this.core.written.splice(0, Number.POSITIVE_INFINITY, ...state.written);
    this.core.ready.length = 0;
    this.blocked = new Map(state.blocked.map((one) => [one.id, one]));
    this.clients = new Map(state.blocked.map((one) => [one.client, one.id]));
    this.waiting = new Map(state.waiting.map(([key, queue]) => [key, new Set(queue)]));
    this.ids = state.ids;
  }
}
const copied = ([key, value]: readonly [string, Value]): readonly [string, Value] => [key, value.type === 'stream' ? copyStream(value) : value];
const isNoGroup = (reply: Reply): boolean => reply !== null && typeof reply === 'object' && 'refused' in reply && reply.name === 'NOGROUP';
const isWait = (reply: Reply | Wait): reply is Wait => reply !== null && typeof reply === 'object' && 'wait' in reply;
