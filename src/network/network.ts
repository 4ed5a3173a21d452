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
interface LinkState {
  latency: number;
  jitter: number;
  loss: number;
  /** Added by a fault, µs. */
  delay: number;
  lossy: number;
  cut: boolean;
  /** Latest arrival so far by client, on the way there and on the way back: what is sent later arrives later. */
  there: Record<string, number>;
  back: Record<string, number>;
}
interface Hop {
  readonly link: string;
  readonly client: string;
  readonly owner: number;
  readonly what: number;
  readonly ref: number;
  readonly message: number;
  readonly back: boolean;
}
export interface NetworkState {
  readonly links: readonly (readonly [string, LinkState])[];
  readonly hops: readonly (readonly [number, Hop])[];
  readonly held: readonly number[];
  readonly next: number;
}
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
  private links = new Map<string, LinkState>();
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
    for (const id of [...this.links.keys()]) if (!ids.has(id)) this.links.delete(id);
    for (const { id, config = {} } of links) {
      const known = this.links.get(id) ?? { latency: 0, jitter: 0, loss: 0, delay: 0, lossy: 0, cut: false, there: {}, back: {} };
      known.latency = typeof config['latency'] === 'string' ? micros(config['latency']) : 0;
      known.jitter = typeof config['jitter'] === 'string' ? micros(config['jitter']) : 0;
      known.loss = typeof config['loss'] === 'number' ? config['loss'] : 0;
      this.links.set(id, known);
    }
  }
  send(owner: number, link: string, client: string, back: boolean, what: number, ref: number, message: number, redelivered: boolean): void {
    const state = this.links.get(link);
    const hop = this.next++;
    this.hops.set(hop, { link, client, owner, what, ref, message, back });
    const now = this.host.now();
    const arrives = state ? this.arrival(link, state, back ? state.back : state.there, client, now) : now;
    if (message >= 0) this.seen?.push({ link, message, departs: now, arrives, back, redelivered });
    this.host.land(arrives - now, hop);
  }
  /** The agenda's call: the hop is at the far end, unless the link is cut. */
  land(id: number): void {
    const hop = this.hops.at(id);
    if (!hop) return;
    if (this.links.get(hop.link)?.cut) {
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
    return this.links.get(link)?.cut ?? false;
  }
  cut(link: string): void {
    const state = this.links.get(link);
    if (state) state.cut = true;
  }
  /** What waited goes on, in its order, after one retransmission timeout. */
  mend(link: string): void {
    const state = this.links.get(link);
    if (!state?.cut) return;
    state.cut = false;
    const waiting = this.held.filter((id) => this.hops.at(id)?.link === link);
    this.held = this.held.filter((id) => !waiting.includes(id));
    for (const id of waiting) this.host.land(RETRANSMISSION, id);
    for (const order of [state.there, state.back]) for (const client of Object.keys(order)) order[client] = Math.max(order[client] ?? 0, this.host.now() + RETRANSMISSION);
  }
  /** @param by µs added to every hop, 0 to undo */
  delay(link: string, by: number): void {
    const state = this.links.get(link);
    if (state) state.delay = by;
  }
  /** @param probability of losing one hop's segment, 0..1, 0 to undo */
  lossy(link: string, probability: number): void {
    const state = this.links.get(link);
    if (state) state.lossy = probability;
  }
  save(): NetworkState {
    return copyOf({ links: [...this.links], hops: this.hops.save(), held: this.held, next: this.next });
  }
  load(saved: NetworkState): void {
    const state = copyOf(saved);
    this.links = new Map(state.links);
    this.hops.load(state.hops);
    this.held = [...state.held];
    this.next = state.next;
  }
  private arrival(link: string, state: LinkState, order: Record<string, number>, client: string, now: number): number {
    let takes = state.latency + state.delay;
    if (state.jitter > 0) takes += Math.floor(this.host.luck(link).next() * (state.jitter + 1));
    const loss = 1 - (1 - state.loss) * (1 - state.lossy);
    // Each lost copy of the segment doubles the wait (RFC 6298, 5.5); after six the link is as good as cut for that long.
    if (loss > 0) for (let wait = RETRANSMISSION, n = 0; n < 6 && this.host.luck(link).next() < loss; n++, wait *= 2) takes += wait;
    const arrives = Math.max(now + takes, order[client] ?? 0);
    order[client] = arrives;
    return arrives;
  }
}
