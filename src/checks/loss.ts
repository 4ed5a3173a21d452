/** Custody ended, and nobody had the effect: witnessed when the last who could have it is gone, inferred at the end. */
import { copyOf } from '../base/copy.ts';
import { Things } from '../base/things.ts';
import type { Entry, Kind } from '../history/entries.ts';
import { nodeOf, roomOf } from '../scenario/document.ts';
import { Check, type Evidence, type Flood, tellFlood, untoldOf } from './check.ts';
import { PerMessage } from './per-message.ts';

/** The detail of a delivery that moves a copy. */
const MOVED = 1;
/** Who was handed a copy; whoever lost it to another may go on with it all the same. */
interface Holder {
  actor: number;
  /** given: it waits for its turn there. */
  state: 'given' | 'working' | 'failed';
}
interface InWork {
  readonly message: number;
  readonly place: number;
  /** Who may yet apply its effect, the latest last. */
  holders: Holder[];
  /** The entry of the latest handing-over. */
  given: number;
  /** Who crashed last with it in hand, or -1. */
  crashed: number;
  /** Custody is over. */
  settled: boolean;
  /** How, when it did not end as done while somebody worked on it. */
  end: { readonly what: string; readonly reason: number } | null;
  /** The bridge that passes it on, and brokers that have yet to accept it; -1 when nobody does. */
  bridge: number;
  wires: number;
}
export class NoLoss extends Check {
  readonly name = 'no-loss';
  readonly sees: readonly Kind[] = ['enqueued', 'delivered', 'started', 'failed', 'sent', 'accepted', 'effect', 'skipped', 'settled', 'requeued', 'dead-lettered', 'crashed', 'lost', 'dropped', 'expired', 'unrouted'];
  protected state = {};
  private floods: Record<string, Flood> = {};
  /** Copies that readers were handed and that had no effect yet. */
  private readonly work = new Things<InWork>();
  /** Copies whose message is on its way to other brokers, by message. */
  private relayed = new Map<number, number[]>();
  /** 1 per place and message that had its effect at a reader of the place. */
  private had = new PerMessage(Int32Array);
  /** Copies that are there, by place and message. */
  private copies = new PerMessage(Int32Array);
  see(entry: Entry): void {
    if (entry.kind === 'enqueued') return this.copies.set(entry.place, entry.message, Math.max(0, this.copies.at(entry.place, entry.message)) + 1);
    const w = entry.copy < 0 ? undefined : this.work.at(entry.copy);
    switch (entry.kind) {
      case 'delivered':
        return this.delivered(entry, w);
      case 'started':
        if (w) begin(w, entry);
        return;
      case 'failed': {
        const holder = w && holderOf(w, entry.actor);
        if (holder) holder.state = 'failed';
        return;
      }
      case 'sent':
        // A bridge passes it on: it has its effect when every broker has accepted it, whether the bridge learns of that or not.
        if (w && entry.attempt === 1) this.passOn(entry, w);
        return;
      case 'accepted':
        if (this.relayed.size > 0) this.accepted(entry);
        return;
      case 'effect':
      case 'skipped':
        // What nobody confirmed was only sent.
        if (!w || !(w.wires > 0 && this.onlySent(entry))) this.tookEffect(w?.place ?? this.placeOf(entry), entry.message, entry.copy, w);
        return;
      case 'settled':
        this.ended(entry);
        if (!w) return;
        w.settled = true;
        if (w.holders.length === 0 && w.crashed >= 0) this.gone(entry, entry.copy, w);
        return;
      case 'requeued':
        // Whoever failed has given it back. Whoever is still at it may go on.
        if (w) w.holders = w.holders.filter(({ state }) => state !== 'failed');
        return;
      case 'dead-lettered':
        this.ended(entry);
        if (w) this.forget(entry.copy, w);
        return;
      case 'crashed':
        for (const [copy, one] of this.work.save()) this.crashed(entry, copy, one);
        return;
      case 'lost':
      case 'dropped':
      case 'expired':
        this.ended(entry);
        if (w && isWorkedOn(w)) {
          // Whoever is at it has not heard of it, and may yet apply the effect.
          w.settled = true;
          w.end = { what: entry.kind, reason: entry.reason };
          return;
        }
        if (w) this.forget(entry.copy, w);
        if (!this.isElsewhere(entry.id, entry.place, entry.message)) this.lost(entry, { what: entry.kind });
        return;
      case 'unrouted':
        this.lost(entry, { what: 'unrouted' });
    }
  }
  override untold(): Record<string, number> {
    return untoldOf(this.floods);
  }
  override judge(): void {
    const { history, now } = { history: this.context.history, now: this.context.now() };
    for (const [copy, w] of this.work.save()) {
      if (!w.settled) continue;
      this.forget(copy, w);
      if (this.isElsewhere(w.given, w.place, w.message)) continue;
      const last = history.length - 1;
      this.find({ ...history.entry(last), time: now }, 'bad', { what: w.end?.what ?? 'never took effect', reader: this.text(w.holders.at(-1)?.actor ?? w.crashed) }, { message: w.message, place: this.text(w.place), reason: w.end ? this.text(w.end.reason) : 'clients.settled_without_effect' });
    }
  }
  override save(): unknown {
    return { ...copyOf({ floods: this.floods, work: this.work.save(), relayed: [...this.relayed] }), had: this.had.save(), copies: this.copies.save() };
  }
  override load(state: unknown): void {
    const { had, copies, ...rest } = state as { floods: Record<string, Flood>; work: [number, InWork][]; relayed: [number, number[]][]; had: ReturnType<PerMessage['save']>; copies: ReturnType<PerMessage['save']> };
    const saved = copyOf(rest);
    this.floods = saved.floods;
    this.work.load(saved.work);
    this.relayed = new Map(saved.relayed);
    this.had.load(had);
    this.copies.load(copies);
  }
  private delivered(entry: Entry, known: InWork | undefined): void {
    const { message, place, actor } = entry;
    // What an operator takes out, or the broker itself, is moved, not consumed; and an effect is had once and for all.
    if (entry.detail === MOVED || this.text(actor) === 'operator' || this.had.at(place, message) >= 0) return;
    const holder: Holder = { actor, state: 'given' };
    if (!known) {
      this.work.set(entry.copy, { message, place, holders: [holder], given: entry.id, crashed: -1, settled: false, end: null, bridge: -1, wires: -1 });
      return;
    }
    known.given = entry.id;
    known.holders = [...known.holders.filter((h) => h.actor !== actor), holder];
  }
  private passOn({ place, copy }: Entry, w: InWork): void {
    w.bridge = place;
    w.wires = Math.max(0, w.wires) + 1;
    const copies = this.relayed.get(w.message) ?? [];
    if (!copies.includes(copy)) this.relayed.set(w.message, [...copies, copy]);
  }
  private accepted({ message, place }: Entry): void {
    for (const copy of this.relayed.get(message) ?? []) {
      const w = this.work.at(copy);
      if (w && this.leads(w.bridge, place) && --w.wires <= 0) this.tookEffect(w.place, message, copy, w);
    }
  }
  /** Whether a bridge publishes to the broker of a place. */
  private leads(bridge: number, place: number): boolean {
    const document = this.context.effective();
    const room = roomOf(document, nodeOf(this.text(place)));
    return document.links.some(({ from, to }) => from === this.text(bridge) && roomOf(document, to) === room);
  }
  private crashed(entry: Entry, copy: number, w: InWork): void {
    const left = w.holders.filter(({ actor }) => actor !== entry.actor);
    if (left.length === w.holders.length) return;
    w.holders = left;
    w.crashed = entry.actor;
    if (w.end ? !isWorkedOn(w) : w.settled && left.length === 0) this.gone(entry, copy, w);
  }
  /** The broker is done with it, and whoever had it in hand is gone. */
  private gone(entry: Entry, copy: number, w: InWork): void {
    // What is on its way may still arrive.
    if (w.wires > 0) return;
    this.forget(copy, w);
    if (this.isElsewhere(w.given, w.place, w.message)) return;
    const about = { message: w.message, place: this.text(w.place) };
    if (w.end) this.lost(entry, { what: w.end.what }, { ...about, reason: this.text(w.end.reason) });
    else this.lost(entry, { reader: this.text(w.crashed) }, { ...about, reason: 'clients.settled_before_effect' });
  }
  private tookEffect(place: number, message: number, copy: number, w: InWork | undefined): void {
    if (place >= 0) this.had.set(place, message, 1);
    if (w) this.forget(copy, w);
  }
  /** Where a copy was taken from that nobody holds any more. */
  private placeOf(effect: Entry): number {
    for (const cause of this.causesOf(effect)) if (cause.kind === 'delivered') return cause.place;
    return -1;
  }
  private ended({ place, message }: Entry): void {
    const left = this.copies.at(place, message);
    if (left > 0) this.copies.set(place, message, left - 1);
  }
  /** Whether another copy lies at the place, or the effect was had there or where it came from. @param id of an entry about the copy that is gone */
  private isElsewhere(id: number, place: number, message: number): boolean {
    return this.copies.at(place, message) > 0 || this.everHad(id, place, message);
  }
  /** Whether its effect was applied by a reader of the place, or of one from which it came there. @param id of an entry about the copy */
  private everHad(id: number, place: number, message: number): boolean {
    if (this.had.at(place, message) >= 0) return true;
    if (id < this.context.history.first) return false;
    for (const cause of this.causesOf(this.context.history.entry(id))) if (cause.message === message && cause.place >= 0 && this.had.at(cause.place, message) >= 0) return true;
    return false;
  }
  private forget(copy: number, w: InWork): void {
    this.work.delete(copy);
    if (w.wires < 0) return;
    const left = this.relayed.get(w.message)?.filter((c) => c !== copy) ?? [];
    if (left.length > 0) this.relayed.set(w.message, left);
    else this.relayed.delete(w.message);
  }
  private onlySent(effect: Entry): boolean {
    const { history } = this.context;
    return effect.cause >= history.first && history.entry(effect.cause).kind === 'sent';
  }
  private lost(entry: Entry, facts: Evidence['facts'], more: { message?: number; place?: string; reason?: string } = {}): void {
    const place = more.place ?? this.text(entry.place);
    const reason = more.reason ?? this.text(entry.reason);
    const count = tellFlood(this.floods, `${place} ${reason}`, entry.time);
    if (count > 0) this.find(entry, 'bad', facts, { ...more, count });
  }
}
const isWorkedOn = ({ holders }: InWork): boolean => holders.some(({ state }) => state === 'working');
/** Work on it begins: what was handed to a function is worked on in one of its environments. */
function begin(w: InWork, { place, actor }: Entry): void {
  const holder = holderOf(w, actor) ?? holderOf(w, place);
  if (!holder) {
    w.holders.push({ actor, state: 'working' });
    return;
  }
  holder.actor = actor;
  holder.state = 'working';
}
function holderOf(w: InWork, actor: number): Holder | undefined {
  for (const holder of w.holders) if (holder.actor === actor) return holder;
  return undefined;
}
