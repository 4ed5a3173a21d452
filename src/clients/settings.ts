/** Settings that several kinds of client have, and what badges read of them. */
import type { Applies, Field, Fields } from '../scenario/fields.ts';

export type Config = Readonly<Record<string, unknown>>;
export const of = (config: Config, name: string): Config => (config[name] ?? {}) as Config;
export const count = (config: Config, name: string, fallback: number): number => (typeof config[name] === 'number' ? (config[name] as number) : fallback);

export const live: Applies = { how: 'live' };
export const HOUR = 3600e6;
export const span = (help: string, fallback: string, more: Partial<Field> = {}): Field => ({ type: 'duration', min: 0, max: HOUR, default: fallback, help, applies: live, ...more }) as Field;

export const backoff = (wait: string, longest: string): Fields => ({
  base: span('Wait before the first retry.', wait),
  factor: { type: 'number', min: 1, max: 10, default: 2, help: 'Each further wait is this many times as long.', applies: live },
  max: span('No wait is longer than this.', longest),
  jitter: { type: 'number', min: 0, max: 1, default: 0, help: 'Share of each wait that is drawn at random, so that many clients do not come back at once; 1 is "full jitter".', applies: live },
});
export const instances: Fields = {
  instances: { type: 'integer', min: 1, max: 64, default: 1, help: 'Processes that read side by side, each with its own connection.', applies: { how: 'reconnect', says: 'Instances beyond the new number leave and give back what they hold; new ones connect.' }, group: 'Work' },
  concurrency: { type: 'integer', min: 1, max: 256, default: 1, help: 'Messages that one instance works on at the same time. More than 1 gives up order.', applies: live, group: 'Work' },
};
export const serviceTime: Fields = { serviceTime: { type: 'spread', default: '50ms', label: 'service time', help: 'How long the work on one message takes.', applies: live, group: 'Work' } };
export const effectAt: Fields = { effectAt: { type: 'number', min: 0, max: 1, default: 1, label: 'effect at', help: 'Share of the service time after which the effect (the charge, the mail, the row) is applied.', applies: live, group: 'Work' } };
export const failures: Fields = {
  failures: {
    type: 'record',
    help: 'Work that fails by itself.',
    applies: live,
    group: 'Failures',
    fields: { rate: { type: 'number', min: 0, max: 1, default: 0, help: 'Share of attempts that fail, drawn anew each time.', applies: live } },
  },
};
export const idempotency: Fields = {
  idempotency: {
    type: 'choice',
    options: ['none', 'id-window', 'inbox'],
    default: 'none',
    help: 'What it remembers: nothing, the last ids (written after the work), or every id in the same transaction as the effect.',
    applies: live,
    group: 'Duplicates',
  },
  window: { type: 'integer', min: 1, max: 200_000, default: 1000, help: 'Ids that the window remembers; an older duplicate passes.', applies: live, group: 'Duplicates', when: { field: 'idempotency', is: ['id-window'] } },
};
/** What a publisher does about a refusal, or when no answer comes. */
export const publishRetry = (attempts: number): Fields => ({
  retry: {
    type: 'record',
    help: 'What it does about a refusal, or when no answer comes. Publishing again after silence is how duplicates are born.',
    applies: live,
    group: 'When the broker says no',
    fields: {
      attempts: { type: 'integer', min: 0, max: 1000, default: attempts, help: 'Further attempts after the first; 0 = never tries again.', applies: live },
      timeout: span('Silence after which an attempt counts as failed; 0s = waits for ever.', '0s'),
      ...backoff('100ms', '30s'),
    },
  },
});
export const restartAfter: Fields = {
  restartAfter: { type: 'duration', min: 0, max: 24 * HOUR, optional: true, label: 'restart after', help: 'A crashed instance comes back by itself after this long; left out, it stays down until somebody restarts it.', applies: live, group: 'Failures' },
};
export const CRASHES = ['crash', 'shut-down', 'crash-before-effect', 'crash-after-effect', 'crash-before-settle', 'crash-after-settle', 'restart'];
export const TROUBLES = ['slow', 'normal-speed', 'outage', 'outage-ends', 'poison', 'unpoison'];
/** "2 × 4", and what it remembers. */
export function instancesBadge(config: Config): string {
  const n = count(config, 'instances', 1);
  const concurrency = count(config, 'concurrency', 1);
  return concurrency === 1 ? `${n} instance${n === 1 ? '' : 's'}` : `${n} × ${concurrency}`;
}
export function memoryBadge(config: Config): string {
  return config['idempotency'] === 'inbox' ? ', inbox' : config['idempotency'] === 'id-window' ? ', id window' : '';
}
/** Instances or environments beyond these are summed up in the gauges; one lane more is for what went through lately. */
export const LANES = 6;
export const instancesShape = (config: Config) => ({ lanes: Math.min(LANES, count(config, 'instances', 1)) + 1, labels: 44, width: 246 });
