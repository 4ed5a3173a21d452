import { knows } from './commands.ts';
import type { Config, Reply } from './core.ts';
import { timeless } from './recorded.ts';
import { RedisServer } from './server.ts';
import { VERSIONS, type Version } from './versions.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** Recorded commands, run against the model. The shapes are those of conformance/FORMAT.md. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Shown = Record<string, Json>;
type Operation = { readonly op: string; readonly [argument: string]: Json };
interface Example {
  /** Settings of redis.conf. */
  readonly server?: { readonly [name: string]: Json };
  readonly setup: readonly Operation[];
  readonly steps: readonly Operation[];
}

/** On a live server a command costs some time: two automatic IDs never fall into one millisecond. */
const STEP = 1000;

type Row = (cells: readonly Reply[]) => Json;
const isList = (reply: Reply | undefined): reply is readonly Reply[] => Array.isArray(reply);
const isRefusal = (reply: Reply): reply is Exclude<Reply, null | number | string | readonly Reply[]> => typeof reply === 'object' && reply !== null && !isList(reply);

function plain(reply: Reply): Json {
  if (isList(reply)) return reply.map(plain);
  return isRefusal(reply) ? { error: reply.text } : reply;
}
/** Name, value, name, value … as an object. Lists of such, and lists of rows, are turned too. */
function table(reply: Reply, rows: Readonly<Record<string, Row>> = {}): Json {
  if (!isList(reply)) return plain(reply);
  const found: Shown = {};
  for (let i = 0; i < reply.length; i += 2) {
    const [name, value] = [String(reply[i]), reply[i + 1] ?? null];
    const row = rows[name];
    found[name] = row !== undefined && isList(value) ? value.map((one) => row(isList(one) ? one : [])) : plain(value);
  }
  return found;
}
const tables = (reply: Reply): Json => (isList(reply) ? reply.map((one) => table(one)) : plain(reply));
const pendingRow: Row = ([id, consumer, idle, deliveries]) => ({ id: plain(id ?? null), consumer: plain(consumer ?? null), idle: plain(idle ?? null), deliveries: plain(deliveries ?? null) });
const claimedRow: Row = ([id, fields, idle, deliveries]) => ({ id: plain(id ?? null), fields: plain(fields ?? null), idle: plain(idle ?? null), deliveries: plain(deliveries ?? null) });
const withCells: Row = (cells) => table(cells, { consumers: (inner) => table(inner) });

const LEFT_OUT = new Set(['radix-tree-keys', 'radix-tree-nodes', 'first-entry', 'last-entry']);
function without(shown: Json): Json {
  if (typeof shown !== 'object' || shown === null || Array.isArray(shown)) return shown;
  return Object.fromEntries(Object.entries(shown).filter(([name]) => !LEFT_OUT.has(name)));
}
function show(op: string, args: readonly string[], reply: Reply): Json {
  if (!isList(reply)) return plain(reply);
  if (op === 'XPENDING' && args.length === 2) {
    const [count = null, min = null, max = null, consumers] = reply;
    return { count: plain(count), min: plain(min), max: plain(max), consumers: plain(consumers ?? []) };
  }
  if (op === 'XPENDING') return reply.map((row) => pendingRow(isList(row) ? row : []));
  if (op === 'XINFO GROUPS' || op === 'XINFO CONSUMERS') return tables(reply);
  if (op === 'XREADGROUP' && args.some((word) => word.toUpperCase() === 'CLAIM')) return reply.map((stream) => (isList(stream) && isList(stream[1]) ? [plain(stream[0] ?? null), stream[1].map((entry) => claimedRow(isList(entry) ? entry : []))] : plain(stream)));
  if (op === 'XINFO STREAM') return without(table(reply, { groups: withCells }));
  return plain(reply);
}

export class RedisAdapter {
  readonly clock = new VirtualClock();
  #server: RedisServer;
  readonly #version: Version;
  readonly #config: Partial<Config>;
  /** Whether what replicas are told is shown. */
  #replicates = false;
  /** Per client that waits: the name of its reply, and what was asked. */
  readonly #waiting = new Map<string, { readonly as: string; readonly op: string; readonly args: readonly string[] }>();

  constructor(version: Version, config: Partial<Config> = {}) {
    this.#version = version;
    this.#config = config;
    this.#server = new RedisServer(this.clock, { version, config });
    this.clock.attach((name, ref) => this.#server.timer(name, ref));
  }
  get server(): RedisServer {
    return this.#server;
  }
  /** Puts a fresh server in the place of this one: nothing may change. */
  reload(): void {
    const saved: unknown = JSON.parse(JSON.stringify(this.#server.save()));
    this.#server = new RedisServer(this.clock, { version: this.#version, config: this.#config });
    this.#server.load(saved);
  }

  run(operation: Operation): Shown | null {
    const { op } = operation;
    const client = typeof operation['client'] === 'string' ? operation['client'] : 'main';
    const seen: Shown = {};
    if (op === 'advance') this.clock.advance(Number(operation['ms']) * 1000);
    else if (op === 'disconnect') {
      this.#server.disconnect(client);
      this.#waiting.delete(client);
    } else if (op === 'restart') {
      this.#waiting.clear();
      this.#server.adopt(this.#server.dataset());
    } else if (op === 'replicate') {
      this.#replicates = true;
      this.#server.written.length = 0;
    } else if (op === 'squeeze') this.#configure('maxmemory', this.#server.memory() - Number(operation['bytes']));
    else if (op === 'CONFIG SET') {
      const [name = '', value = ''] = Array.isArray(operation['args']) ? operation['args'].map(String) : [];
      this.#configure(name, value);
      seen['result'] = 'OK';
    } else {
      this.clock.advance(STEP);
      this.#command(operation, client, seen);
    }
    this.#drain(seen);
    return Object.keys(seen).length === 0 ? null : seen;
  }
  #configure(name: string, value: string | number): void {
    const known = Reflect.get(this.#server.config, name);
    Object.assign(this.#server.config, { [name]: typeof known === 'number' ? Number(value) : value });
    this.#server.configured();
  }
  #command(operation: Operation, client: string, seen: Shown): void {
    const { op } = operation;
    const args = Array.isArray(operation['args']) ? operation['args'].map(String) : [];
    const times = Number(operation['times'] ?? 1);
    const weight = Math.max(Number(operation['bytes'] ?? 0) - (args.at(-1)?.length ?? 0), 0);
    let reply: Reply | undefined;
    for (let i = 1; i <= times; i++) reply = this.#server.execute(client, [...op.split(' '), ...args.map((word) => word.replace('#', times > 1 ? String(i) : '#'))], { weight });
    const as = typeof operation['as'] === 'string' ? operation['as'] : client;
    if (reply === undefined) this.#waiting.set(client, { as, op, args });
    else if (operation['blocks'] === true) seen['unblocked'] = { [as]: show(op, args, reply) };
    else seen['result'] = show(op, args, reply);
  }
  #drain(seen: Shown): void {
    const unblocked: Shown = { ...(seen['unblocked'] as Shown | undefined) };
    for (const event of this.#server.out.splice(0)) {
      if (event.kind !== 'reply') continue;
      const asked = this.#waiting.get(event.client);
      if (asked === undefined) continue;
      this.#waiting.delete(event.client);
      unblocked[asked.as] = show(asked.op, asked.args, event.reply);
    }
    if (Object.keys(unblocked).length > 0) seen['unblocked'] = unblocked;
    const replicated = this.#server.written.splice(0);
    if (this.#replicates && replicated.length > 0) seen['replicated'] = replicated.map(({ argv }) => timeless(argv));
  }
}

const versionOf = (version: string): Version => VERSIONS.find((one) => one === version) ?? '8.0.2';
const OWN = new Set(['advance', 'disconnect', 'restart', 'replicate', 'squeeze', 'CONFIG SET']);

/** The room's entry for the conformance runner. */
export const redisStreamsConformance = {
  broker: 'redis-streams',
  version: '8.0.2',
  versions: VERSIONS,
  cannot(example: Example): string | null {
    const unknown = [...example.setup, ...example.steps].find(({ op }) => !OWN.has(op) && !knows(op));
    return unknown === undefined ? null : `${unknown.op} is not modelled`;
  },
  adapter: ({ server }: Example, version: string) => new RedisAdapter(versionOf(version), server as Partial<Config>),
};
