/** What the three toy brokers share: things under way, sessions by id, nothing about any broker. */
import { copyOf } from '../../base/copy.ts';
import type { Delivery, Depth, Look, PublishListener, PublishSession, ReceiveListener, ReceiveSession, Room, RoomHost, Topology } from '../../brokers/contract.ts';
import { Once, type OnceState } from '../../brokers/underway.ts';
import type { Kind } from '../../history/entries.ts';
import type { Facts } from '../../history/history.ts';

export interface Client<L> {
  readonly id: string;
  readonly link: string;
  readonly name: string;
  readonly place: string;
  readonly listener: L;
}
export abstract class ToyRoom<Thing extends { readonly client: string }, State extends object> implements Room {
  protected readonly host: RoomHost;
  protected topology: Topology;
  protected abstract state: State;
  protected readonly publishers = new Map<string, Client<PublishListener>>();
  protected readonly readers = new Map<string, Client<ReceiveListener>>();
  private readonly things = new Once<Thing>();
  /** The latest entry of each copy. */
  private told: Record<number, number> = {};
  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.topology = topology;
  }
  /** A thing at its far end. */
  protected abstract happen(thing: Thing): void;
  protected abstract publish(client: Client<PublishListener>, message: number): void;
  protected abstract session(client: Client<ReceiveListener>): ReceiveSession;
  abstract depths(): readonly Depth[];

  reconcile(topology: Topology): void {
    this.topology = topology;
  }
  know(topology: Topology): void {
    this.topology = topology;
  }
  publisher(link: string, name: string, listener: PublishListener): PublishSession {
    const place = this.topology.links.find((l) => l.id === link)?.to ?? '';
    const client = { id: `${name} ${link}`, link, name, place, listener };
    this.publishers.set(client.id, client);
    return { awaited: true, send: (message) => (this.publish(client, message), 'taken'), open: () => listener.room(), close: () => undefined };
  }
  receiver(link: string, name: string, listener: ReceiveListener): ReceiveSession {
    const place = this.topology.links.find((l) => l.id === link)?.from ?? '';
    const client = { id: `${name} ${link}`, link, name, place, listener };
    this.readers.set(client.id, client);
    return this.session(client);
  }
  act(): undefined {
    return undefined;
  }
  look(): Look {
    return { lanes: [], gauges: [] };
  }
  linkChanged(): void {}
  arrive(_what: number, ref: number): void {
    const thing = this.things.take(ref);
    if (thing) this.happen(thing);
  }
  wake(what: number, ref: number): void {
    this.arrive(what, ref);
  }
  astray(_what: number, ref: number): void {
    this.things.take(ref);
  }
  save(): unknown {
    return copyOf({ state: this.state, things: this.things.save(), told: this.told });
  }
  load(saved: unknown): void {
    const { state, things, told } = copyOf(saved as { state: State; things: OnceState<Thing>; told: Record<number, number> });
    this.state = state;
    this.things.load(things);
    this.told = told;
  }
  protected send(client: Client<unknown>, back: boolean, thing: Thing, message = -1): void {
    this.host.hop(client.link, client.name, back, 0, this.things.keep(thing), message, false);
  }
  protected later(delay: number, thing: Thing): void {
    this.host.after(delay, 0, this.things.keep(thing));
  }
  /** Tells what happened to a copy: because of what happened to it before, where nothing else is said. */
  protected tell(kind: Kind, facts: Facts & { readonly copy: number }): number {
    const entry = this.host.record(kind, { cause: this.told[facts.copy] ?? -1, ...facts });
    this.told[facts.copy] = entry;
    return entry;
  }
  /** Tells that a reader got a copy; @returns the delivery */
  protected handOver(client: Client<unknown>, handle: number, message: number, copy: number, attempt: number): Delivery {
    const entry = this.tell('delivered', { message, copy, place: client.place, actor: client.name, attempt });
    return { handle, message, copy, attempt, redelivered: attempt > 1, entry };
  }
}
