/** The picture of buses, rules, archives and queues, read from the service itself. */
import { spanText } from '../../base/time.ts';
import type { Look, LookCell } from '../contract.ts';
import type { Invocation } from './model.ts';
import type { Plan } from './plan.ts';
import type { DeadLetterQueue } from './queue.ts';
import type { EventBridge } from './service.ts';

type Gauge = Look['gauges'][number];
/** What there is to look at. */
export interface View {
  readonly service: EventBridge;
  readonly plan: Plan;
  readonly queues: ReadonlyMap<string, DeadLetterQueue>;
  /** µs */
  readonly now: number;
  placeOf(rule: string, target: string): string;
}
export function lookAt(view: View, place: string, cells: number): Look | undefined {
  if (Object.hasOwn(view.plan.buses, place)) return busLook(view, place, cells);
  if (Object.hasOwn(view.plan.archives, place)) return archiveLook(view, place, cells);
  if (Object.hasOwn(view.plan.rules, place)) return ruleLook(view, place, cells);
  const queue = view.queues.get(place);
  return queue && queueLook(queue, view.now, cells);
}
const kept = (message: number): LookCell => ({ message, copy: -1, state: 'kept', redelivered: false });
/** A gauge that is only there when there is something to say. */
const some = (name: string, count: number, tone: 'warn' | 'bad'): Gauge[] => (count > 0 ? [{ name, value: String(count), tone }] : []);

/** Events as they pass: a bus keeps none. */
function busLook({ service }: View, place: string, cells: number): Look {
  const counts = service.counts(place);
  if (counts === undefined) return { lanes: [], gauges: [] };
  const gauges: Gauge[] = [{ name: 'events', value: String(counts.taken) }, ...some('throttled', counts.throttled, 'bad'), ...some('entries failed', counts.failed, 'bad'), ...some('matched nothing', counts.unmatched, 'warn')];
  return { lanes: [{ cells: counts.newest.slice(-cells).map(kept), more: 0 }], gauges };
}
function ruleLook({ service, plan, now, placeOf }: View, place: string, cells: number): Look {
  const rule = service.rule(place);
  if (rule === undefined) return { lanes: [{ cells: [], more: 0 }], gauges: [], health: 'refused', tone: 'bad' };
  const lines = service.invocations.lineCounts().filter((line) => line.rule === place);
  const [waiting, out] = [lines.reduce((sum, l) => sum + l.waiting, 0), lines.reduce((sum, l) => sum + l.out, 0)];
  const shown: Invocation[] = lines.flatMap(({ id }) => service.invocations.oldest(place, id, cells)).sort((a, b) => a.id - b.id);
  const failed = shown.filter((one) => one.stage === 'waiting');
  const next = failed.reduce((soonest, { again }) => Math.min(soonest, again), Number.POSITIVE_INFINITY);
  const oldest = shown[0]?.attempts ? now - shown[0].since : 0;
  const only = lines.length === 1 && lines[0] ? { of: placeOf(place, lines[0].id) } : {};
  const gauges: Gauge[] = [
    { name: 'matched', value: String(rule.matched) },
    { name: 'waiting', value: String(waiting), ...only },
    ...(out > 0 ? [{ name: 'out', value: String(out) }] : []),
    ...(oldest > 10e6 ? [{ name: 'oldest', value: spanText(oldest), tone: 'warn' as const }] : []),
    { name: 'last matched', value: rule.lastMatched < 0 ? 'never' : `${spanText(now - rule.lastMatched)} ago`, minor: true },
    { name: 'targets', value: String(rule.targets.length), minor: true },
  ];
  const cell = ({ event, copy, stage, attempts }: Invocation): LookCell => ({ message: event.message, copy, state: stage === 'out' ? 'held' : 'ready', redelivered: attempts > (stage === 'out' ? 1 : 0) });
  const lane = { cells: shown.slice(0, cells).map(cell), more: waiting + out - Math.min(shown.length, cells), ...(failed.length > 0 ? { end: `again in ${Math.max(0, Math.round((next - now) / 1e6))} s`, tone: 'warn' as const } : {}) };
  const enabled = rule.live?.enabled ?? false;
  const late = rule.live === null || rule.live.pattern !== rule.config.pattern || enabled !== rule.config.enabled;
  const health: Pick<Look, 'health' | 'tone'> = late ? { health: 'takes effect soon', tone: 'warn' } : !enabled ? { health: 'DISABLED', tone: 'warn' } : plan.rules[place]?.pattern !== rule.config.pattern ? { health: 'pattern refused', tone: 'bad' } : {};
  return { lanes: [lane], gauges, ...health };
}
function archiveLook({ service }: View, place: string, cells: number): Look {
  const contents = service.contents(place, cells);
  if (contents === undefined) return { lanes: [{ cells: [], more: 0 }], gauges: [], health: 'refused', tone: 'bad' };
  const replay = service.replays(place).at(-1);
  const gauges: Gauge[] = [{ name: 'events', value: String(contents.held) }, { name: 'arriving', value: String(contents.arriving) }, ...(replay === undefined ? [] : [{ name: 'replayed', value: String(replay.sent) }])];
  const running = replay?.state === 'RUNNING' || replay?.state === 'STARTING';
  return { lanes: [{ cells: contents.newest.map(kept), more: contents.held - contents.newest.length }], gauges, ...(running ? { health: `${replay.name} ${replay.state}`, tone: 'warn' as const } : {}) };
}
function queueLook(queue: DeadLetterQueue, now: number, cells: number): Look {
  const shown: LookCell[] = [];
  let oldest = -1;
  let code: string | undefined;
  for (const { message, copy, holder, receives, since, attributes } of queue.values()) {
    if (shown.length >= cells) break;
    if (oldest < 0) {
      oldest = now - since;
      code = attributes?.ERROR_CODE;
    }
    shown.push({ message, copy, state: holder === null ? 'dead' : 'held', redelivered: receives > 1 });
  }
  const gauges: Gauge[] = [
    { name: 'messages', value: String(queue.waiting), of: queue.name, ...(queue.waiting > 0 ? { tone: 'warn' as const } : {}) },
    ...(queue.held > 0 ? [{ name: 'in flight', value: String(queue.held) }] : []),
    ...(oldest >= 0 ? [{ name: 'oldest', value: spanText(oldest) }] : []),
    ...(code === undefined ? [] : [{ name: 'its ERROR_CODE', value: code, minor: true }]),
  ];
  return { lanes: [{ cells: shown, more: queue.waiting + queue.held - shown.length }], gauges };
}
