/** The servers of a recorded case in virtual time: one, or several by name that are leaf nodes of each other or members of clusters. Nothing takes time on its way. */
import { RandomStream } from '../../kernel/random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { Version } from './config.ts';
import type { Envelope, NatsEvent } from './events.ts';
import { type LeafServer, Leaves, type LeavesState } from './leaves.ts';
import { type JsonObject, list, number, text } from './recorded.ts';
import { NatsServer } from './server.ts';
import { readerOf } from './syncing.ts';

/** Settings of a server by their own names. `remotes`: the servers of which it is a leaf node; `cluster`: the name of that to which it belongs. */
export type ServersByName = Readonly<Record<string, JsonObject>>;
/** The name of the server of a case that has but one. */
const ONLY = '';

/** One server: a member of a cluster, or alone. */
export interface Place {
  readonly server: NatsServer;
  /** Its number in its cluster. */
  readonly member: number;
}
interface Held {
  readonly link: string;
  readonly ref: number;
}
class RecordedServer implements LeafServer {
  readonly cluster: string;
  readonly settings: JsonObject;
  /** Its servers; of a server that is in no cluster it is the only one. */
  readonly members: readonly string[];
  isDown: boolean;
  server: NatsServer;
  constructor(cluster: string, settings: JsonObject, members: readonly string[], server: NatsServer) {
    this.cluster = cluster;
    this.settings = settings;
    this.members = members;
    this.isDown = settings['started'] === false;
    this.server = server;
  }
  get isCluster(): boolean {
    return this.members.length > 1;
  }
  config(): JsonObject {
    return this.settings;
  }
  connectLeaf(name: string, far: 'hub' | 'spoke'): void {
    this.server.connectLeaf(name, far);
  }
  disconnectLeaf(name: string): void {
    this.server.disconnect(name);
  }
  interest(name: string, what: string, wanted: boolean): void {
    this.server.interest(name, what, wanted);
  }
  interestFor(name: string): ReadonlySet<string> {
    return this.server.interestFor(name);
  }
  get interests(): number {
    return this.server.interests;
  }
  arrived(name: string, envelope: Envelope): void {
    const { info, ...rest } = envelope;
    // What a consumer of another server pushes to a subject is to its listeners here a message like any other.
    this.server.forward(name, info === undefined || readerOf(envelope.subject) !== '' ? envelope : rest);
  }
}

export class RecordedServers {
  readonly clock = new VirtualClock();
  readonly #version: Version;
  readonly #servers = new Map<string, RecordedServer>();
  readonly #leaves: Leaves;
  readonly #tell: (event: NatsEvent, server: string) => void;
  /** Servers that stand still, and what waits for them. */
  readonly #stalled = new Set<string>();
  #held: Held[] = [];
  /** What is to happen when a client has waited, by its name. */
  readonly #waiting = new Map<number, () => void>();
  #entries = 0;
  readonly #luck = new RandomStream(1, 'cluster');

  /** @param tell is given what the servers tell their clients */
  constructor(servers: ServersByName | undefined, one: JsonObject, version: Version, tell: (event: NatsEvent, server: string) => void) {
    this.#version = version;
    this.#tell = tell;
    this.clock.attach((name, ref) => this.#due(name, ref));
    const all = Object.entries(servers ?? { [ONLY]: one });
    for (const [name, settings] of all) {
      const cluster = text(settings['cluster'], name);
      if (this.#servers.has(cluster)) continue;
      const members = all.filter(([other, { cluster: of }]) => text(of, other) === cluster).map(([other]) => other);
      this.#servers.set(cluster, new RecordedServer(cluster, settings, members, this.#make(cluster, settings, members.length)));
    }
    const { clock } = this;
    const between = (link: string) => link.split(' ');
    const hop = (link: string, ref: number) => (between(link).some((name) => this.#stalled.has(name)) ? void this.#held.push({ link, ref }) : clock.after(0, 'arrive', ref));
    this.#leaves = new Leaves(
      {
        now: () => clock.now(),
        after: (delay, _what, ref) => clock.after(delay, 'wake', ref),
        hop: (link, _client, _back, _what, ref) => hop(link, ref),
        forget: (link) => {
          const gone = this.#held.filter((one) => one.link === link);
          this.#held = this.#held.filter((one) => one.link !== link);
          for (const { ref } of gone) this.#leaves.astray(ref);
        },
        record: () => this.#entries++,
        luck: (purpose) => new RandomStream(1, purpose),
      },
      this.#servers,
    );
    this.#leaves.know([...this.#servers.values()].flatMap(({ cluster, settings }) => list(settings['remotes']).map((hub) => ({ id: `${cluster} ${text(hub)}`, kind: 'leafnode', from: cluster, to: text(hub), config: { reconnect: `${number(settings['reconnect'], 1)}s` } }))));
    this.#leaves.reconcile();
    for (const { cluster, isDown } of this.#servers.values()) if (isDown) this.#leaves.down(cluster);
    this.settle();
  }
  /** @param name absent: the only one, or the first */
  named(name: string | undefined): Place {
    const { server, members } = this.#of(name);
    return { server, member: Math.max(0, members.indexOf(name ?? '')) };
  }
  nameOf({ server, member }: Place): string | undefined {
    return [...this.#servers.values()].find((one) => one.server === server)?.members[member];
  }
  /** Who leads a stream or consumer, and who else is in the cluster. */
  leadership(name: string | undefined, stream: string, consumer: string): { readonly leader: string | null; readonly others: readonly string[] } {
    const { server, members } = this.#of(name);
    const kept = server.stream(stream);
    const id = consumer === '' ? kept?.id : kept?.consumers.get(consumer)?.id;
    const leader = server.cluster.groups.get(id ?? -2)?.leader ?? -1;
    return { leader: members[leader] ?? null, others: members.filter((_, member) => member !== leader) };
  }
  /** How many leaf connections a server has. */
  leafConnections(name: string): number {
    return this.#leaves.connections(this.#of(name).cluster);
  }
  isUp(name: string): boolean {
    const { server, members, isDown } = this.#of(name);
    return members.length > 1 ? server.cluster.servers[members.indexOf(name)]?.up !== false : !isDown;
  }
  /** A client waits. @param delay µs */
  later(delay: number, then: () => void): void {
    this.#waiting.set(++this.#entries, then);
    this.clock.after(delay, 'client', this.#entries);
  }
  /** What is under way arrives, and what comes of it is told. */
  settle(): void {
    this.#listen();
    this.clock.advance(0);
  }
  restart(): void {
    for (const one of this.#servers.values()) one.server.restart();
  }
  kill(name: string): void {
    const one = this.#of(name);
    if (one.isCluster) return one.server.stopServer(one.members.indexOf(name));
    one.isDown = true;
    this.#leaves.down(name);
    one.server.restart();
  }
  start(name: string): void {
    const one = this.#of(name);
    if (one.isCluster) return one.server.startServer(one.members.indexOf(name));
    one.isDown = false;
    this.#leaves.up(name);
  }
  sync(): void {
    for (const { server } of this.#servers.values()) server.syncServers();
  }
  powerLoss(name: string): void {
    const { server, members } = this.#of(name);
    server.stopServer(members.indexOf(name), true);
  }
  stall(name: string): void {
    this.#stalled.add(name);
  }
  resume(name: string): void {
    this.#stalled.delete(name);
    for (const { ref } of this.#held.splice(0)) this.clock.after(0, 'arrive', ref);
  }
  /** Goes on with servers made from the saved state. */
  reload(): void {
    for (const one of this.#servers.values()) {
      const state = JSON.parse(JSON.stringify(one.server.save()));
      one.server = this.#make(one.cluster, one.settings, one.members.length);
      one.server.load(state);
    }
    this.#leaves.load(JSON.parse(JSON.stringify(this.#leaves.save())) as LeavesState);
  }

  #of(name: string | undefined): RecordedServer {
    const all = [...this.#servers.values()];
    const found = name === undefined ? all[0] : all.find(({ members }) => members.includes(name));
    if (found === undefined) throw new Error(`no server ${name ?? ''}`);
    return found;
  }
  #make(name: string, settings: JsonObject, servers: number): NatsServer {
    const { clock } = this;
    const own = { now: () => clock.now(), after: (delay: number, what: string, ref: number) => clock.after(delay, `${name} ${what}`, ref) };
    const together = servers > 1 ? { servers, route: 0, pick: (n: number) => Math.floor(this.#luck.next() * n) } : {};
    return new NatsServer(own, { version: this.#version, ...(name === ONLY ? {} : { name }), ...settings, ...together });
  }
  #due(name: string, ref: number): void {
    if (name === 'wake') this.#leaves.wake(ref);
    else if (name === 'arrive') this.#leaves.arrive(ref);
    else if (name === 'client') {
      const then = this.#waiting.get(ref);
      this.#waiting.delete(ref);
      then?.();
    } else {
      const at = name.indexOf(' ');
      this.#servers.get(name.slice(0, at))?.server.timer(name.slice(at + 1), ref);
    }
    this.#listen();
  }
  #listen(): void {
    for (const { cluster, server } of this.#servers.values()) {
      for (let events = server.events(); events.length > 0; events = server.events()) {
        this.#leaves.changed(cluster);
        for (const event of events) {
          if (event.kind === 'forwarded') this.#leaves.carry(cluster, event.client, event.envelope, null);
          else this.#tell(event, cluster);
        }
      }
      this.#leaves.changed(cluster);
    }
  }
}
