/** Delivered once, took effect once, in order: what happens to one message at its readers. */
import type { Entry, Kind } from '../history/entries.ts';
import { Check } from './check.ts';

/** What is remembered per message is bounded; older messages are forgotten first. */
const REMEMBERED = 100_000;
/** Long before any run, µs. */
const NEVER = -1e9;
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > REMEMBERED) map.delete(map.keys().next().value as string);
}

interface Effect {
  readonly id: number;
  readonly time: number;
  readonly actor: number;
}
/** One message has one effect at each consumer. */
export class EffectOnce extends Check {
  readonly name = 'effect-once';
  readonly sees: readonly Kind[] = ['crashed', 'effect'];
  protected state = {};
  private effects = new Map<string, Effect>();
  private crashes = new Map<number, { id: number; time: number; reason: number }>();
  see(entry: Entry): void {
    if (entry.kind === 'crashed') this.crashes.set(entry.actor, { id: entry.id, time: entry.time, reason: entry.reason });
    if (entry.kind !== 'effect') return;
    const key = `${entry.place} ${entry.message}`;
    const first = this.effects.get(key);
    if (first === undefined) {
      remember(this.effects, key, { id: entry.id, time: entry.time, actor: entry.actor });
      return;
    }
    let reason = 'clients.sent_twice';
    let queue = '';
    for (const cause of this.causesOf(entry)) {
      if (cause.kind === 'requeued' && reason === 'clients.sent_twice') reason = this.text(cause.reason);
      if (cause.kind === 'delivered' && queue === '') queue = this.text(cause.place);
    }
    const crash = this.crashes.get(first.actor);
    const crashed = crash !== undefined && crash.id > first.id && crash.id < entry.id ? crash : undefined;
    this.find(entry, 'bad', { first: this.text(first.actor), firstAt: first.time, second: this.text(entry.actor), attempt: entry.attempt, queue, ...(crashed ? { crashedAt: crashed.time } : {}) }, { reason, causes: crashed ? [first.id, crashed.id] : [first.id] });
  }
  // What is remembered is never changed, only replaced: no need to copy it deeply.
  override save(): unknown {
    return { effects: [...this.effects], crashes: [...this.crashes] };
  }
  override load(state: unknown): void {
    const saved = state as { effects: [string, Effect][]; crashes: [number, { id: number; time: number; reason: number }][] };
    this.effects = new Map(saved.effects);
    this.crashes = new Map(saved.crashes);
  }
}
/** One message is delivered once at each place. */
export class DeliveredOnce extends Check {
  readonly name = 'delivered-once';
  readonly sees: readonly Kind[] = ['delivered'];
  protected state = {};
  private told = new Map<string, number>();
  private seen = new Map<string, number>();
  see(entry: Entry): void {
    if (entry.kind !== 'delivered') return;
    const key = `${entry.place} ${entry.message}`;
    const copy = this.seen.get(key);
    if (copy === undefined) return remember(this.seen, key, entry.copy);
    if (this.told.has(key)) return;
    remember(this.told, key, 1);
    let reason = copy === entry.copy ? 'clients.redelivered' : 'clients.sent_twice';
    for (const cause of this.causesOf(entry)) {
      if (cause.kind !== 'requeued') continue;
      reason = this.text(cause.reason);
      break;
    }
    this.find(entry, 'note', { reader: this.text(entry.actor), attempt: entry.attempt }, { reason });
  }
  override save(): unknown {
    return { told: [...this.told], seen: [...this.seen] };
  }
  override load(state: unknown): void {
    const saved = state as { told: [string, number][]; seen: [string, number][] };
    this.told = new Map(saved.told);
    this.seen = new Map(saved.seen);
  }
}
interface Latest {
  seq: number;
  message: number;
  actor: number;
  told: number;
  since: number;
}
/** Messages of one key take effect in the order in which they were produced. */
export class Order extends Check<{ latest: Record<string, Latest> }> {
  readonly name = 'order';
  readonly sees: readonly Kind[] = ['effect'];
  protected state: { latest: Record<string, Latest> } = { latest: {} };
  override untold(): Record<string, number> {
    const out: Record<string, number> = {};
    for (const [key, { since }] of Object.entries(this.state.latest)) {
      const place = this.text(Number(key.split(' ')[0]));
      if (since > 0) out[place] = (out[place] ?? 0) + since;
    }
    return out;
  }
  see(entry: Entry): void {
    if (entry.kind !== 'effect') return;
    const { messages } = this.context;
    const seq = messages.seq(entry.message);
    const key = `${entry.place} ${messages.key(entry.message)}`;
    const latest = this.state.latest[key];
    if (latest === undefined || seq > latest.seq) {
      this.state.latest[key] = { seq, message: entry.message, actor: entry.actor, told: latest?.told ?? NEVER, since: latest?.since ?? 0 };
      return;
    }
    if (seq === latest.seq) return;
    latest.since++;
    if (entry.time - latest.told < 5e6) return;
    let reason = latest.actor === entry.actor ? 'clients.concurrent_slots' : 'clients.concurrent_instances';
    for (const cause of this.causesOf(entry)) if (cause.kind === 'requeued') reason = this.text(cause.reason);
    this.find(entry, 'bad', { later: latest.seq, earlier: seq, key: messages.key(entry.message), reader: this.text(entry.actor) }, { reason, count: latest.since });
    latest.told = entry.time;
    latest.since = 0;
  }
}
