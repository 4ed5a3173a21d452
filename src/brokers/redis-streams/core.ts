/** The keyspace and what every command needs of the server. */
import type { BrokerHost, Refusal } from '../contract.ts';
import { errors, refuse } from './errors.ts';
import type { Id } from './ids.ts';
import type { Entry, Fields, NodeLimits, Stream } from './stream.ts';
import { has, type Version } from './versions.ts';

/** A RESP2 reply: nil, integer, string or status, array, error. */
export type Reply = null | number | string | readonly Reply[] | Refusal;

export interface PlainString {
  readonly type: 'string';
  readonly value: string;
}
export type Value = Stream | PlainString;

/** redis.conf, as far as it concerns streams. */
export interface Config extends NodeLimits {
  'stream-node-max-entries': number;
  'stream-node-max-bytes': number;
  /** Bytes; 0 for no limit. */
  maxmemory: number;
  'maxmemory-policy': 'noeviction' | 'allkeys-lru';
  'min-replicas-to-write': number;
}
export const DEFAULTS: Config = { 'stream-node-max-entries': 100, 'stream-node-max-bytes': 4096, maxmemory: 0, 'maxmemory-policy': 'noeviction', 'min-replicas-to-write': 0 };
/** What a command asks for that cannot be answered yet. */
export interface Wait {
  readonly wait: true;
  readonly keys: readonly string[];
  /** ms; 0 is for ever. */
  readonly timeout: number;
  /** Whether the client is to be woken when a key goes, too. */
  readonly whenGone: boolean;
  /** The command to do again: `$` has become an ID. */
  readonly argv: readonly string[];
  /** Where the IDs begin in it. */
  readonly at: number;
  /** Unix time in ms from which on there may be something to claim; null when it does not ask for that. */
  readonly claimableAt: number | null;
}
/** Why entries left a stream. */
export type Removal = 'maxlen' | 'minid' | 'xdel' | 'del' | 'expired' | 'evicted';
/** Why something left the pending list unacknowledged. */
export type Forgetting = 'entry_deleted' | 'delref' | 'consumer_deleted' | 'group_destroyed';
/** What a delivery is: of a new entry, of one that is pending with this consumer, or taken from another. */
export type Handing = 'new' | 'history' | 'claim';
/** A write as replicas and the append-only file get it. */
export interface Written {
  readonly argv: readonly string[];
  /** Bytes of the payload that the fields only stand for. */
  readonly weight: number;
}
/** What happened besides the reply. */
export type RedisEvent =
  | { readonly kind: 'reply'; readonly client: string; readonly reply: Reply }
  | { readonly kind: 'added'; readonly key: string; readonly id: Id; readonly fields: Fields }
  /** `pending`: false with NOACK. */
  | { readonly kind: 'delivered'; readonly key: string; readonly group: string; readonly consumer: string; readonly id: Id; readonly deliveries: number; readonly how: Handing; readonly pending: boolean }
  | { readonly kind: 'acknowledged'; readonly key: string; readonly group: string; readonly ids: readonly Id[] }
  | { readonly kind: 'removed'; readonly key: string; readonly why: Removal; readonly entries: readonly Entry[] }
  | { readonly kind: 'forgotten'; readonly key: string; readonly group: string; readonly ids: readonly Id[]; readonly why: Forgetting };

export class Core {
  readonly version: Version;
  readonly config: Config;
  readonly keys = new Map<string, Value>();
  /** Unix time in ms at which a key goes. */
  readonly expires = new Map<string, number>();
  readonly out: RedisEvent[] = [];
  /** Keys that blocked clients have to look at, in the order in which they were touched. */
  readonly ready: string[] = [];
  /** Writes as a replica or the append-only file gets them. */
  readonly written: Written[] = [];
  /** Writes since this was last set to 0. */
  dirty = 0;
  /** Whether anybody is to be told of writes. */
  tells = true;
  /** Of the command that is being done: bytes of the payload that the fields only stand for. */
  weight = 0;
  /** When a key was last used, in commands: the order of eviction. */
  readonly used = new Map<string, number>();
  commands = 0;
  private readonly features = new Map<string, boolean>();
  private readonly host: BrokerHost;
  private readonly epoch: number;

  /** @param epoch Unix time in ms at which the run begins */
  constructor(host: BrokerHost, version: Version, config: Config, epoch: number) {
    this.host = host;
    this.version = version;
    this.config = config;
    this.epoch = epoch;
  }
  /** Unix time in ms. */
  now(): number {
    return this.epoch + Math.floor(this.host.now() / 1000);
  }
  has(since: string): boolean {
    let known = this.features.get(since);
    if (known === undefined) this.features.set(since, (known = has(this.version, since)));
    return known;
  }
  /** The stream of that name, or undefined. Refuses a value of another type. */
  stream(key: string): Stream | undefined {
    const value = this.keys.get(key);
    if (value !== undefined) this.used.set(key, this.commands);
    return value === undefined || value.type === 'stream' ? value : refuse(errors.wrongType());
  }
  put(key: string, value: Value): void {
    this.expires.delete(key);
    this.keys.set(key, value);
    this.used.set(key, this.commands);
    this.signal(key);
  }
  remove(key: string, why: Removal): boolean {
    const value = this.keys.get(key);
    if (value === undefined) return false;
    this.keys.delete(key);
    this.expires.delete(key);
    this.used.delete(key);
    if (value.type === 'stream') {
      const entries = value.nodes.flatMap(({ ids, entries }) => ids.flatMap((id, i): Entry[] => (entries[i] ? [[id, entries[i]]] : [])));
      if (entries.length > 0) this.out.push({ kind: 'removed', key, why, entries });
    }
    this.signal(key);
    return true;
  }
  /** @param at Unix time in ms; a key whose time has come goes when the timer `expire` runs */
  expireAt(key: string, at: number): void {
    this.expires.set(key, at);
    this.after(at, 'expire', 0);
  }
  /** @param at Unix time in ms */
  after(at: number, timer: 'expire' | 'claimable', ref: number): void {
    this.host.after(Math.max((at - this.epoch) * 1000 - this.host.now(), 0), timer, ref);
  }
  /** Removes what is due. */
  expire(): void {
    for (const [key, at] of [...this.expires]) {
      if (at > this.now()) continue;
      this.remove(key, 'expired');
      this.propagate('DEL', key);
    }
  }
  restore(keys: Iterable<readonly [string, Value]>, expires: Iterable<readonly [string, number]>, used: Iterable<readonly [string, number]>): void {
    this.keys.clear();
    this.expires.clear();
    this.used.clear();
    for (const [key, at] of used) this.used.set(key, at);
    for (const [key, value] of keys) this.keys.set(key, value);
    for (const [key, at] of expires) this.expires.set(key, at);
  }
  /** Blocked clients are to look at this key. */
  signal(key: string): void {
    if (!this.ready.includes(key)) this.ready.push(key);
  }
  forgotten(key: string, group: string, ids: readonly Id[], why: Forgetting): void {
    if (ids.length > 0) this.out.push({ kind: 'forgotten', key, group, ids, why });
  }
  /** Tells replicas and the append-only file of a write; it counts as one, told or not. */
  propagate(...argv: readonly string[]): void {
    this.dirty++;
    if (this.tells) this.written.push({ argv, weight: this.weight });
  }
}
