/** What the history knows of the entries that groups have yet to read or to acknowledge: one copy per entry and group. */
import type { RoomHost } from '../contract.ts';
import type { Id } from './ids.ts';

export interface Known {
  /** Its number in the history. */
  readonly copy: number;
  readonly message: number;
  /** The node of its group: two groups of one name are one to the server, and may change places. */
  readonly place: string;
  /** The newest entry about it. */
  entry: number;
  /** Deliveries, as Redis counts them. */
  attempts: number;
  /** The consumer with which it is pending, or null. */
  holder: string | null;
}
/** Names of streams and groups → nodes of the document. */
export interface Geography {
  readonly server: string;
  streamNode(key: string): string;
  groupNode(key: string, group: string): string;
  /** The link that leads from a stream to a group. */
  wire(key: string, group: string): string | undefined;
}
export type LedgerState = readonly (readonly [key: string, groups: readonly (readonly [group: string, copies: readonly (readonly [Id, Known])[]])[]])[];

export class Ledger {
  private keys = new Map<string, Map<string, Map<Id, Known>>>();
  private readonly host: RoomHost;
  private readonly geography: Geography;
  constructor(host: RoomHost, geography: Geography) {
    this.host = host;
    this.geography = geography;
  }
  of(key: string, group: string): Map<Id, Known> {
    let groups = this.keys.get(key);
    if (groups === undefined) this.keys.set(key, (groups = new Map()));
    let copies = groups.get(group);
    if (copies === undefined) groups.set(group, (copies = new Map()));
    return copies;
  }
  /** Every stream and group of which something is known. */
  known(): (readonly [key: string, group: string])[] {
    return [...this.keys].flatMap(([key, groups]) => [...groups.keys()].map((group) => [key, group] as const));
  }
  /** Groups of a stream of which something is known. */
  groupsOf(key: string): string[] {
    return [...(this.keys.get(key)?.keys() ?? [])];
  }
  get(key: string, group: string, id: Id): Known | undefined {
    return this.of(key, group).get(id);
  }
  /** @param reason why it comes back, where it does */
  enqueued(key: string, group: string, id: Id, message: number, cause: number, reason?: string): Known {
    const copy = this.host.copy();
    const place = this.geography.groupNode(key, group);
    const entry = this.host.record('enqueued', { message, copy, place, cause, ...(reason === undefined ? {} : { reason }) });
    const known: Known = { copy, message, place, entry, attempts: 0, holder: null };
    this.of(key, group).set(id, known);
    return known;
  }
  delivered(known: Known, consumer: string, attempts: number): void {
    known.attempts = attempts;
    known.holder = consumer;
    known.entry = this.host.record('delivered', { ...factsOf(known), actor: consumer });
  }
  /** One more copy of what is pending: handed out, and over at once. */
  passing({ message, place, entry }: Known, consumer: string): Known {
    const copy = this.host.copy();
    const one: Known = { copy, message, place, entry, attempts: 1, holder: consumer };
    one.entry = this.host.record('enqueued', { message, copy, place, cause: entry, reason: 'redis-streams.setid' });
    one.entry = this.host.record('delivered', { ...factsOf(one), actor: consumer });
    this.host.record('settled', { ...factsOf(one), reason: 'redis-streams.noack' });
    return one;
  }
  requeued(known: Known, reason: string): void {
    known.holder = null;
    known.entry = this.host.record('requeued', { ...factsOf(known), reason });
  }
  /** @returns the entry, or -1 when it was not known */
  ended(kind: 'settled' | 'dropped' | 'expired' | 'lost' | 'dead-lettered', key: string, group: string, id: Id, reason: string, more: { readonly detail?: number; readonly cause?: number } = {}): number {
    const known = this.get(key, group, id);
    if (known === undefined) return -1;
    this.of(key, group).delete(id);
    return this.host.record(kind, { ...factsOf(known), reason, ...more });
  }
  save(): LedgerState {
    return [...this.keys].map(([key, groups]) => [key, [...groups].map(([group, copies]) => [group, [...copies].map(([id, known]) => [id, { ...known }])])]);
  }
  load(state: LedgerState): void {
    this.keys = new Map(state.map(([key, groups]) => [key, new Map(groups.map(([group, copies]) => [group, new Map(copies.map(([id, known]) => [id, { ...known }]))]))]));
  }
}
const factsOf = ({ message, copy, place, entry, attempts }: Known) => ({ message, copy, place, attempt: attempts, cause: entry });
