/** Messages of one key take effect in the order in which they were produced. */
import type { Entry, Kind } from '../history/entries.ts';
import { Check } from './check.ts';

/** Long before any run, µs. */
const NEVER = -1e9;

interface Latest {
  seq: number;
  actor: number;
  /** The entry of its effect. */
  entry: number;
  told: number;
  since: number;
}
export class Order extends Check {
  readonly name = 'order';
  readonly sees: readonly Kind[] = ['effect'];
  protected state = {};
  /** By place, then by key. */
  private latest = new Map<number, Map<number, Latest>>();
  override untold(): Record<string, number> {
    const out: Record<string, number> = {};
    for (const [place, keys] of this.latest) {
      let since = 0;
      for (const latest of keys.values()) since += latest.since;
      if (since > 0) out[this.text(place)] = since;
    }
    return out;
  }
  see(entry: Entry): void {
    const { messages } = this.context;
    const seq = messages.seq(entry.message);
    const key = messages.key(entry.message);
    let keys = this.latest.get(entry.place);
    if (!keys) this.latest.set(entry.place, (keys = new Map()));
    const latest = keys.get(key);
    if (latest === undefined) {
      keys.set(key, { seq, actor: entry.actor, entry: entry.id, told: NEVER, since: 0 });
      return;
    }
    if (seq > latest.seq) {
      latest.seq = seq;
      latest.actor = entry.actor;
      latest.entry = entry.id;
      return;
    }
    if (seq === latest.seq) return;
    latest.since++;
    if (entry.time - latest.told < 5e6) return;
    const reason = this.whyLate(entry, latest);
    this.find(entry, 'bad', { later: latest.seq, earlier: seq, key, reader: this.text(entry.actor) }, { reason, count: latest.since });
    latest.told = entry.time;
    latest.since = 0;
  }
  /** How the later message came to be first: as far as the two can still be traced back to where they were put. */
  private whyLate(entry: Entry, latest: Latest): string {
    const { history } = this.context;
    const origin = (of: Entry) => {
      let again = '';
      let given: Entry | undefined;
      for (const cause of this.causesOf(of)) {
        if (cause.kind === 'delivered') given ??= cause;
        if ((cause.kind === 'requeued' || (cause.kind === 'enqueued' && cause.reason >= 0)) && again === '') again = this.text(cause.reason);
        if (cause.kind === 'enqueued') return { again, at: cause, given };
      }
      return { again, at: undefined, given };
    };
    const mine = origin(entry);
    if (mine.again !== '') return mine.again;
    const other = latest.entry >= history.first ? origin(history.entry(latest.entry)) : undefined;
    if (mine.at && other?.at) {
      if (mine.at.place !== other.at.place) return 'clients.different_ways';
      if (mine.at.detail !== other.at.detail) return 'clients.different_lanes';
      if (mine.at.id > other.at.id) return 'clients.written_late';
    }
    if (mine.given && other?.given && mine.given.id > other.given.id) return mine.given.reason >= 0 ? this.text(mine.given.reason) : 'clients.handed_over_late';
    return latest.actor === entry.actor ? 'clients.concurrent_slots' : 'clients.concurrent_instances';
  }
  override save(): unknown {
    return [...this.latest].map(([place, keys]) => [place, [...keys].map(([key, latest]) => [key, { ...latest }])]);
  }
  override load(state: unknown): void {
    const saved = state as [number, [number, Latest][]][];
    this.latest = new Map(saved.map(([place, keys]) => [place, new Map(keys.map(([key, latest]) => [key, { ...latest }]))]));
  }
}
