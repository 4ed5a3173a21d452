/** What random scenarios of every broker share: dice, producers and consumers, all from one seed. */
import { RandomStream } from '../kernel/random.ts';
import type { Scenario, ScenarioNode, TimelineEntry } from '../scenario/document.ts';

export class Dice {
  private readonly luck: RandomStream;
  constructor(seed: number) {
    this.luck = new RandomStream(seed, 'scenario');
  }
  below(n: number): number {
    return Math.floor(this.luck.next() * n);
  }
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }
  chance(p: number): boolean {
    return this.luck.next() < p;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
  /** Some of the settings, each with its probability. */
  some(settings: Readonly<Record<string, readonly [number, () => unknown]>>): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const [name, [p, make]] of Object.entries(settings)) if (this.chance(p)) out[name] = make();
    return out;
  }
}
export function producer(d: Dice, id: string): ScenarioNode {
  const arrivals = d.pick(['constant', 'poisson', 'bursts', 'on-off', 'ramp'] as const);
  return {
    id,
    kind: 'producer',
    config: {
      rate: d.between(5, 60),
      arrivals,
      ...(arrivals === 'bursts' ? { burst: { size: d.between(1, 20), every: '700ms' } } : {}),
      ...(arrivals === 'on-off' ? { onOff: { on: '600ms', off: '300ms' } } : {}),
      ...(arrivals === 'ramp' ? { ramp: { to: d.between(0, 80), over: '2s' } } : {}),
      keys: { count: d.between(1, 8), skew: d.pick([0, 1]) },
      pushback: d.pick(['block', 'buffer', 'drop']),
      bufferLimit: d.between(1, 30),
      retry: { attempts: d.between(0, 3), timeout: d.pick(['0s', '300ms']), jitter: d.pick([0, 1]) },
      ...d.some({ priority: [0.3, () => d.below(10)], limit: [0.2, () => d.between(1, 60)] }),
    },
  };
}
export function consumer(d: Dice, id: string): ScenarioNode {
  return {
    id,
    kind: 'consumer',
    config: {
      instances: d.between(1, 3),
      concurrency: d.between(1, 4),
      serviceTime: d.pick(['20ms', { exponential: { mean: '40ms' } }, { lognormal: { mean: '30ms', p99: '120ms' } }, { uniform: { from: '5ms', to: '60ms' } }]),
      failures: { rate: d.pick([0, 0.05, 0.4]) },
      onFailure: d.pick(['requeue', 'reject', 'retry-in-place']),
      retry: { attempts: d.between(0, 2), base: '20ms' },
      idempotency: d.pick(['none', 'id-window', 'inbox']),
      effectAt: d.pick([0, 0.5, 1]),
      ...d.some({ restartAfter: [0.5, () => '400ms'] }),
    },
  };
}
/** How long a link takes, and how reliable it is. */
export const wire = (d: Dice) => ({ latency: d.pick(['0us', '1ms', '20ms']), jitter: d.pick(['0us', '3ms']), loss: d.pick([0, 0, 0.05]) });

interface There {
  readonly consumer: string;
  readonly producer: string;
  readonly link: string;
}
export type Entry = (todo: string, on: string, parameters?: Record<string, unknown>) => TimelineEntry;
export const entryAt =
  (at: string): Entry =>
  (todo, on, parameters) => ({ at, by: 'live', do: todo, on, ...(parameters ? { with: parameters } : {}) });

/** Kinds of happening that every broker knows: 0 to 9. */
export const COMMON = 10;
export function commonHappening(d: Dice, kind: number, entry: Entry, { consumer: c, producer: p, link }: There): TimelineEntry {
  switch (kind) {
    case 0:
      return entry(d.pick(['crash', 'crash-before-effect', 'crash-after-effect', 'crash-before-settle', 'crash-after-settle']), `${c}/1`);
    case 1:
      return entry('restart', c);
    case 2:
      return entry('slow', c, { factor: d.pick([0.5, 10]) });
    case 3:
      return entry(d.pick(['outage', 'outage-ends']), c);
    case 4:
      return entry(d.pick(['poison', 'unpoison']), d.pick([c, p]), { key: 'A' });
    case 5:
      return entry(d.pick(['cut', 'mend', 'mend']), link);
    case 6:
      return entry('delay', link, { by: '200ms' });
    case 7:
      return entry('lossy', link, { probability: 0.3 });
    case 8:
      return entry('burst', p, { count: d.between(1, 60) });
    default:
      return d.chance(0.5) ? entry('set', c, { instances: d.between(1, 4) }) : entry('set', p, { rate: d.between(0, 80) });
  }
}

/** The document of a seed; a share of them has an end, after which it is judged. */
export function seeded(d: Dice, seed: number, { nodes, links, timeline }: Required<Pick<Scenario, 'nodes' | 'links' | 'timeline'>>, { share, ...end } = { share: 0.4, duration: '3s', drain: '2s' }): Scenario {
  return { version: 1, title: `seed ${seed}`, seed, ...(d.chance(share) ? end : {}), nodes, links, timeline: [...timeline].sort((a, b) => Number.parseInt(a.at, 10) - Number.parseInt(b.at, 10)) };
}
