/** The servers of a recorded case in virtual time: one, or several by name that are leaf nodes of each other. Nothing takes time on its way. */
import { RandomStream } from '../../kernel/random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { Version } from './config.ts';
import type { Envelope, NatsEvent } from './events.ts';
import { type LeafServer, Leaves, type LeavesState } from './leaves.ts';
import { type JsonObject, list, number, text } from './recorded.ts';
import { NatsServer } from './server.ts';
import { readerOf } from './syncing.ts';

/** Settings of a server by their own names. `remotes`: the servers of which it is a leaf node. */
export type ServersByName = Readonly<Record<string, JsonObject>>;
/** The name of the server of a case that has but one. */
const ONLY = '';

interface Held {
  readonly link: string;
  readonly ref: number;
}
class RecordedServer implements LeafServer {
  readonly cluster: string;
  readonly settings: JsonObject;
  isDown = false;
  server: NatsServer;
  constructor(cluster: string, settings: JsonObject, server: NatsServer) {
    this.cluster = cluster;
    this.settings = settings;
    this.server = server;
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
  #entries = 0;

  /** @param tell is given what the servers tell their clients */
  constructor(servers: ServersByName | undefined, one: JsonObject, version: Version, tell: (event: NatsEvent, server: string) => void) {
    this.#version = version;
    this.#tell = tell;
    this.clock.attach((name, ref) => this.#due(name, ref));
    for (const [name, settings] of Object.entries(servers ?? { [ONLY]: one })) this.#servers.set(name, new RecordedServer(name, settings, this.#make(name, settings)));
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
    this.settle();
  }
  /** @param name absent: the only one, or the first */
  named(name: string | undefined): NatsServer {
    return this.#of(name).server;
  }
  nameOf(server: NatsServer): string | undefined {
    return [...this.#servers.values()].find((one) => one.server === server)?.cluster;
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
    one.isDown = true;
    this.#leaves.down(name);
    one.server.restart();
  }
  start(name: string): void {
    this.#of(name).isDown = false;
    this.#leaves.up(name);
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
      one.server = this.#make(one.cluster, one.settings);
      one.server.load(state);
    }
    this.#leaves.load(JSON.parse(JSON.stringify(this.#leaves.save())) as LeavesState);
  }

  #of(name: string | undefined): RecordedServer {
    const found = name === undefined ? [...this.#servers.values()][0] : this.#servers.get(name);
    if (found === undefined) throw new Error(`no server ${name ?? ''}`);
    return found;
  }
  #make(name: string, settings: JsonObject): NatsServer {
    const { clock } = this;
    const own = { now: () => clock.now(), after: (delay: number, what: string, ref: number) => clock.after(delay, `${name} ${what}`, ref) };
    return new NatsServer(own, { version: this.#version, ...(name === ONLY ? {} : { name }), ...settings });
  }
  #due(name: string, ref: number): void {
    if (name === 'wake') this.#leaves.wake(ref);
    else if (name === 'arrive') this.#leaves.arrive(ref);
    else {
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
