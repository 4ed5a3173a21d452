/** Links between places: latency, jitter, loss, cuts. What travels is two integers; whoever sent it knows what they mean. */
import { copyOf } from '../base/copy.ts';
import { Things } from '../base/things.ts';
import { micros } from '../base/time.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { ScenarioLink } from '../scenario/document.ts';

/** TCP's least retransmission timeout (RFC 6298, 2.4, as Linux sets it), µs: what a lost segment costs. */
export const RETRANSMISSION = 200_000;

/** One hop as it is drawn. */
export interface Passage {
  readonly link: string;
  readonly message: number;
  readonly departs: number;
  readonly arrives: number;
  readonly back: boolean;
  readonly redelivered: boolean;
}
interface Conditions {
  latency: number;
  jitter: number;
  loss: number;
  /** Added by a fault, µs. */
  delay: number;
  lossy: number;
  cut: boolean;
}
/** One direction of a link: what a client sends later arrives later. */
type Way = Map<string, { latest: number }>;
interface Link {
  readonly is: Conditions;
  readonly there: Way;
  readonly back: Way;
  /** Asked for when it is first needed. */
  luck: RandomStream | undefined;
}
interface Travels {
  readonly link: string;
  readonly client: string;
  readonly owner: number;
  readonly what: number;
  readonly ref: number;
  readonly message: number;
  readonly back: boolean;
}
interface Hop extends Travels {
  /** What it travels on, as long as that is there. */
  on: Link | undefined;
}
export interface NetworkState {
  readonly links: readonly (readonly [string, Conditions & { readonly there: Latest; readonly back: Latest }])[];
  readonly hops: readonly (readonly [number, Travels & { readonly stranded?: true }])[];
  readonly held: readonly number[];
  readonly next: number;
}
/** By client: when what it sent last arrives. */
type Latest = Readonly<Record<string, number>>;
export interface NetworkHost {
  now(): number;
  /** `network.land(hop)` after `delay` µs. */
  land(delay: number, hop: number): void;
  luck(link: string): RandomStream;
  arrived(owner: number, what: number, ref: number): void;
  astray(owner: number, what: number, ref: number): void;
}

export class Network {
  /** Drawn passages since they were last taken; null = nobody looks. */
  seen: Passage[] | null = null;
  private readonly links = new Map<string, Link>();
  private readonly hops = new Things<Hop>();
  private held: number[] = [];
  private next = 0;
  private readonly host: NetworkHost;
  constructor(host: NetworkHost) {
    this.host = host;
  }
  /** Makes the links those of the document; faults upon a link stay. */
  reconcile(links: readonly ScenarioLink[]): void {
    const ids = new Set(links.map((l) => l.id));
    for (const [id, link] of this.links) {
      if (ids.has(id)) continue;
      for (const hop of this.hops.values()) if (hop.on === link) hop.on = undefined;
      this.links.delete(id);
    }
    for (const { id, config = {} } of links) {
      const { is } = this.links.get(id) ?? this.lay(id, { latency: 0, jitter: 0, loss: 0, delay: 0, lossy: 0, cut: false });
      is.latency = typeof config['latency'] === 'string' ? micros(config['latency']) : 0;
      is.jitter = typeof config['jitter'] === 'string' ? micros(config['jitter']) : 0;
      is.loss = typeof config['loss'] === 'number' ? config['loss'] : 0;
    }
  }
  send(owner: number, link: string, client: string, back: boolean, what: number, ref: number, message: number, redelivered: boolean): void {
    const on = this.links.get(link);
    const hop = this.next++;
    this.hops.set(hop, { link, client, owner, what, ref, message, back, on });
    const now = this.host.now();
    const arrives = on ? this.arrival(link, on, back ? on.back : on.there, client, now) : now;
    if (message >= 0) this.seen?.push({ link, message, departs: now, arrives, back, redelivered });
    this.host.land(arrives - now, hop);
  }
  /** The agenda's call: the hop is at the far end, unless the link is cut. */
  land(id: number): void {
    const hop = this.hops.at(id);
    if (!hop) return;
    if (hop.on?.is.cut) {
      this.held.push(id);
      return;
    }
    this.hops.delete(id);
    this.host.arrived(hop.owner, hop.what, hop.ref);
  }
  forget(link: string, client: string): void {
    for (const [id, hop] of this.hops.save()) {
      if (hop.link !== link || hop.client !== client) continue;
      this.hops.delete(id);
      this.host.astray(hop.owner, hop.what, hop.ref);
    }
    this.held = this.held.filter((id) => this.hops.has(id));
  }
  /** A hop on a way that takes no time: drawn only. */
  pass(link: string, message: number): void {
    const now = this.host.now();
    this.seen?.push({ link, message, departs: now, arrives: now, back: false, redelivered: false });
  }
  isCut(link: string): boolean {
    return this.links.get(link)?.is.cut ?? false;
  }
  cut(link: string): void {
    const on = this.links.get(link);
    if (on) on.is.cut = true;
  }
  /** What waited goes on, in its order, after one retransmission timeout. */
  mend(link: string): void {
    const on = this.links.get(link);
    if (!on?.is.cut) return;
    on.is.cut = false;
    const waiting = this.held.filter((id) => this.hops.at(id)?.on === on);
    this.held = this.held.filter((id) => !waiting.includes(id));
    for (const id of waiting) this.host.land(RETRANSMISSION, id);
    for (const way of [on.there, on.back]) for (const last of way.values()) last.latest = Math.max(last.latest, this.host.now() + RETRANSMISSION);
  }
  /** @param by µs added to every hop, 0 to undo */
  delay(link: string, by: number): void {
    const on = this.links.get(link);
    if (on) on.is.delay = by;
  }
  /** @param probability of losing one hop's segment, 0..1, 0 to undo */
  lossy(link: string, probability: number): void {
    const on = this.links.get(link);
    if (on) on.is.lossy = probability;
  }
  save(): NetworkState {
    const latest = (way: Way) => Object.fromEntries([...way].map(([client, last]) => [client, last.latest]));
    return copyOf({
      links: [...this.links].map(([id, { is, there, back }]) => [id, { ...is, there: latest(there), back: latest(back) }] as const),
      hops: this.hops.save().map(([id, { on, ...hop }]) => [id, on ? hop : { ...hop, stranded: true as const }] as const),
      held: this.held,
      next: this.next,
    });
  }
  load(saved: NetworkState): void {
    const state = copyOf(saved);
    this.links.clear();
    for (const [id, { there, back, ...is }] of state.links) {
      const link = this.lay(id, is);
      for (const [client, latest] of Object.entries(there)) link.there.set(client, { latest });
      for (const [client, latest] of Object.entries(back)) link.back.set(client, { latest });
    }
    this.hops.load(state.hops.map(([id, { stranded, ...hop }]) => [id, { ...hop, on: stranded ? undefined : this.links.get(hop.link) }] as const));
    this.held = [...state.held];
    this.next = state.next;
  }
  private lay(id: string, is: Conditions): Link {
    const link: Link = { is, there: new Map(), back: new Map(), luck: undefined };
    this.links.set(id, link);
    return link;
  }
  private arrival(link: string, on: Link, way: Way, client: string, now: number): number {
    const { is } = on;
    let takes = is.latency + is.delay;
    const loss = 1 - (1 - is.loss) * (1 - is.lossy);
    if (is.jitter > 0 || loss > 0) {
      const luck = (on.luck ??= this.host.luck(link));
      if (is.jitter > 0) takes += Math.floor(luck.next() * (is.jitter + 1));
      // Each lost copy of the segment doubles the wait (RFC 6298, 5.5); after six the link is as good as cut for that long.
      if (loss > 0) for (let wait = RETRANSMISSION, n = 0; n < 6 && luck.next() < loss; n++, wait *= 2) takes += wait;
    }
    const last = way.get(client);
    const arrives = Math.max(now + takes, last?.latest ?? 0);
    if (last) last.latest = arrives;
    else way.set(client, { latest: arrives });
    return arrives;
  }
}
