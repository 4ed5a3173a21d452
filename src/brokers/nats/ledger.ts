/** What the history knows of the messages that consumers have yet to deliver or to settle: one copy per message and consumer. */
import type { RoomHost } from '../contract.ts';

/** A room's host that numbers copies. */
export type CopyHost = RoomHost & { copy(): number };
export interface Known {
  /** Its number in the history. */
  readonly copy: number;
  readonly message: number;
  /** The newest entry about it. */
  entry: number;
  /** Deliveries, as the server counts them. */
  attempts: number;
  /** Who has it, or null while it waits. As NATS has it, a message that is due again is still out. */
  holder: string | null;
  /** Why it is due again, or gone from the stream while it is out; '' otherwise. */
  why: string;
}
/** Names of streams and consumers → nodes of the document. */
export interface Geography {
  readonly cluster: string;
  streamNode(stream: string): string;
  /** Undefined when the document has no such consumer. */
  consumerNode(stream: string, consumer: string): string | undefined;
  consumers(): readonly (readonly [stream: string, consumer: string])[];
  /** The link that leads from a stream to a consumer. */
  wire(stream: string, consumer: string): string | undefined;
  /** The links by which other streams read this one. */
  readers(stream: string): readonly string[];
}
export type Ending = 'settled' | 'dropped' | 'expired' | 'lost';
export type LedgerState = readonly (readonly [stream: string, consumer: string, copies: readonly (readonly [number, Known])[]])[];

export class Ledger {
  private streams = new Map<string, Map<string, Map<number, Known>>>();
  private readonly host: CopyHost;
  private readonly geography: Geography;
  constructor(host: CopyHost, geography: Geography) {
    this.host = host;
    this.geography = geography;
  }
  /** Copies of a consumer by stream sequence. */
  of(stream: string, consumer: string): Map<number, Known> {
    let consumers = this.streams.get(stream);
    if (consumers === undefined) this.streams.set(stream, (consumers = new Map()));
    let copies = consumers.get(consumer);
    if (copies === undefined) consumers.set(consumer, (copies = new Map()));
    return copies;
  }
  /** Consumers of a stream of which something is known, by name: the order in which they came is another one after a checkpoint was restored. */
  consumers(stream: string): readonly string[] {
    return [...(this.streams.get(stream)?.keys() ?? [])].sort();
  }
  known(): readonly string[] {
    return [...this.streams.keys()].sort();
  }
  /** @param reason why it comes back, where it does */
  enqueued(stream: string, consumer: string, seq: number, message: number, cause: number, reason?: string): Known {
    const copy = this.host.copy();
    const entry = this.host.record('enqueued', { message, copy, place: this.place(stream, consumer), cause, ...(reason === undefined ? {} : { reason }) });
    const known: Known = { copy, message, entry, attempts: 0, holder: null, why: '' };
    this.of(stream, consumer).set(seq, known);
    return known;
  }
  delivered(stream: string, consumer: string, known: Known, holder: string, attempts: number): void {
    if (known.holder !== null) known.entry = this.host.record('requeued', { ...this.facts(stream, consumer, known), reason: known.why === '' ? 'nats.ack_wait' : known.why });
    Object.assign(known, { attempts, holder, why: '' });
    known.entry = this.host.record('delivered', { ...this.facts(stream, consumer, known), actor: holder });
  }
  requeued(stream: string, consumer: string, known: Known, reason: string): void {
    known.holder = null;
    known.entry = this.host.record('requeued', { ...this.facts(stream, consumer, known), reason });
  }
  ended(kind: Ending, stream: string, consumer: string, seq: number, reason: string, cause = -1): void {
    const known = this.of(stream, consumer).get(seq);
    if (known === undefined) return;
    this.of(stream, consumer).delete(seq);
    // Only what waits can expire, and only what somebody had can be done.
    const can = kind === 'expired' ? known.holder === null : kind !== 'settled' || known.holder !== null;
    this.host.record(can ? kind : 'dropped', { ...this.facts(stream, consumer, known), reason, ...(cause >= 0 ? { cause } : {}) });
  }
  save(): LedgerState {
    return [...this.streams].flatMap(([stream, consumers]) => [...consumers].map(([consumer, copies]) => [stream, consumer, [...copies].map(([seq, known]) => [seq, { ...known }] as const)] as const));
  }
  load(state: LedgerState): void {
    this.streams = new Map();
    for (const [stream, consumer, copies] of state) {
      // A consumer that has none now is known all the same.
      const own = this.of(stream, consumer);
      for (const [seq, known] of copies) own.set(seq, { ...known });
    }
  }
  private place(stream: string, consumer: string): string {
    return this.geography.consumerNode(stream, consumer) ?? this.geography.streamNode(stream);
  }
  private facts(stream: string, consumer: string, { message, copy, entry, attempts }: Known) {
    return { message, copy, place: this.place(stream, consumer), attempt: attempts, cause: entry };
  }
}
