/** A bridge: reads like a consumer and publishes the same messages like a producer. What it does is the publication; the seam is between that and its settling. */
import { copyOf } from '../base/copy.ts';
import type { Look, PublishListener } from '../brokers/contract.ts';
import type { Connection, Writer } from './client.ts';
import { Instances, type InstancesPlan } from './instances.ts';
import { instancesLook } from './instances-look.ts';
import { type Origin, Publications, type PublishCounts, type PublishPlan, type Sessions } from './publications.ts';
import type { Work } from './workshop.ts';

export interface BridgePlan extends InstancesPlan, PublishPlan {
  /** When its source is told that it is done. */
  readonly settle: 'before-publish' | 'after-send' | 'after-confirm';
  /** What happens at its source to what could not be worked on or published. */
  readonly onFailure: 'requeue' | 'reject';
}
/** A message on its way out, on all wires. */
interface Passage {
  readonly work: Work;
  /** Wires on which it is not yet with the session, and wires on which its outcome is open. */
  untaken: number;
  open: number;
  failed: boolean;
  /** Its source was told, and its slot is free for the next. */
  settled: boolean;
  released: boolean;
}
interface Outlet {
  readonly publications: Publications;
  /** By number of the work. */
  readonly passages: Map<number, Passage>;
}
const SERVED = 1;
const DUE = { timeout: 2, retry: 3 } as const;

export class Bridge extends Instances<BridgePlan> implements Writer {
  /** By instance; an outlet stays when its instance goes, because its numbers must not come again. */
  private readonly outlets: Outlet[] = [];

  writing(): readonly Connection[] {
    return this.reading();
  }
  publishListener(instance: number, link: string): PublishListener {
    return this.outlet(instance).publications.listener(link);
  }
  setPublishers(instance: number, sessions: Sessions): void {
    this.outlet(instance).publications.setSessions(sessions);
  }
  override takeMore(): void {
    for (const { publications } of this.outlets) publications.giveUpGone();
    super.takeMore();
  }
  override wake(what: number, ref: number): void {
    const number = ref % 1e6;
    const publications = this.outlets[Math.floor(ref / 1e6)]?.publications;
    if (what === DUE.timeout) publications?.due('timeout', number);
    else if (what === DUE.retry) publications?.due('retry', number);
    else super.wake(what, ref);
  }
  override look(cells: number, rate: number): Look {
    const sum = (name: keyof PublishCounts) => this.outlets.reduce((n, { publications }) => n + publications.counts[name], 0);
    const gauges: Look['gauges'][number][] = [{ name: 'published', value: String(this.workshop.counts.effects) }];
    if (sum('refused') > 0) gauges.push({ name: 'refused', value: String(sum('refused')), tone: 'bad' });
    if (sum('unknown') > 0) gauges.push({ name: 'unknown', value: String(sum('unknown')), tone: 'warn' });
    if (sum('returned') > 0) gauges.push({ name: 'returned', value: String(sum('returned')), tone: 'warn' });
    const waiting = this.outlets.reduce((n, { publications }) => n + publications.waiting.length, 0);
    if (waiting > 0) gauges.push({ name: 'waiting', value: String(waiting), tone: 'warn' });
    return instancesLook(this, this.host.now(), cells, rate, gauges, waiting > 0 || this.outlets.some((o) => o.publications.blocked) ? 'held back' : undefined);
  }
  override save(): unknown {
    const outlets = this.outlets.map(({ publications, passages }) => ({ publications: publications.save(), passages: copyOf([...passages]) }));
    return { instances: super.save(), outlets };
  }
  override load(saved: unknown): void {
    const { instances, outlets } = saved as { instances: unknown; outlets: { publications: unknown; passages: [number, Passage][] }[] };
    super.load(instances);
    outlets.forEach(({ publications, passages }, i) => {
      const outlet = this.outlet(i);
      outlet.publications.load(publications);
      outlet.passages.clear();
      // Work that still holds its slot is the instance's own.
      for (const [id, passage] of copyOf(passages)) outlet.passages.set(id, { ...passage, work: this.instances[i]?.work.find((w) => w.id === id) ?? passage.work });
    });
  }

  protected begin(instance: number, work: Work): void {
    this.workshop.begin(work, this.name(instance));
    this.after(work.takes, SERVED, instance, work);
  }
  protected step(_what: number, instance: number, work: Work): void {
    const { publications, passages } = this.outlet(instance);
    const links = publications.sessions.map((s) => s.link);
    if (work.fails !== null) return this.close(instance, work, false);
    if (this.struck(instance, 'crash-before-effect', work)) return;
    const passage: Passage = { work, untaken: links.length, open: links.length, failed: false, settled: false, released: false };
    if (this.plan.settle === 'before-publish') {
      if (!this.tell(instance, work)) return;
      passage.settled = true;
    }
    if (links.length === 0) {
      work.fails = 'clients.not_published';
      return this.close(instance, work, passage.settled);
    }
    passages.set(work.id, passage);
    const { message, copy } = work.delivery;
    const origin: Origin = { work: work.id, copy, cause: work.entry };
    for (const link of links) if (passages.get(work.id) === passage) publications.offer({ link, message, attempt: 1, origin });
  }
  /** What an instance has open goes with it. */
  protected override leave(instance: number, how: 'crash' | 'graceful'): void {
    const { publications, passages } = this.outlet(instance);
    for (const { session } of publications.sessions) session.close(how);
    publications.clear();
    passages.clear();
    super.leave(instance, how);
  }
  protected override connect(instance: number): void {
    for (const { session } of this.outlet(instance).publications.sessions) session.open();
    super.connect(instance);
  }
  private outlet(instance: number): Outlet {
    return (this.outlets[instance] ??= {
      passages: new Map(),
      publications: new Publications(
        {
          place: this.id,
          actor: this.name(instance),
          plan: () => this.plan,
          after: (delay, what, number) => this.host.after(delay, DUE[what], instance * 1e6 + number),
          taken: ({ work }) => this.taken(instance, work),
          ended: ({ work }, well, entry) => this.ended(instance, work, well, entry),
        },
        this.host,
      ),
    });
  }
  private taken(instance: number, id: number): void {
    const passage = this.outlet(instance).passages.get(id);
    if (!passage) return;
    passage.untaken--;
    if (this.plan.settle !== 'after-send' || passage.untaken > 0 || passage.settled) return;
    passage.settled = passage.released = true;
    this.close(instance, passage.work, false);
  }
  private ended(instance: number, id: number, well: boolean, entry: number): void {
    const { passages } = this.outlet(instance);
    const passage = passages.get(id);
    if (!passage) return;
    const { work } = passage;
    passage.open--;
    if (!well) passage.failed = true;
    work.entry = entry;
    if (passage.open > 0) return;
    passages.delete(id);
    if (!passage.failed) {
      this.workshop.applyEffect(work, this.name(instance));
      if (this.struck(instance, 'crash-after-effect', work)) return;
    } else work.fails = 'clients.not_published';
    if (!passage.released) this.close(instance, work, passage.settled);
    else if (passage.failed) this.host.record('failed', { ...this.workshop.facts(work, this.name(instance)), reason: 'clients.not_published' });
  }
  /** The work is over. @param settled its source knows already */
  private close(instance: number, work: Work, settled: boolean): void {
    this.workshop.end(work, this.name(instance));
    if (!settled && this.struck(instance, 'crash-before-settle', work)) return;
    this.release(instance, work);
    if (!settled) this.settle(instance, work, work.fails === null ? 'done' : this.plan.onFailure === 'requeue' ? 'retry' : 'reject');
    if (!settled && this.struck(instance, 'crash-after-settle', work)) return;
    this.ready(instance);
  }
  /** Tells the source that it is done, before it is. @returns whether the instance is still there */
  private tell(instance: number, work: Work): boolean {
    if (this.struck(instance, 'crash-before-settle', work)) return false;
    this.settle(instance, work, 'done');
    return !this.struck(instance, 'crash-after-settle', work);
  }
}
