/** How findings of each check are told apart and ranked on the screen. */
import { catalog } from '../../catalog.ts';

const ICONS: Readonly<Record<string, string>> = {
  'effect-once': '◉',
  order: '⇅',
  'no-loss': '✕',
  unrouted: '⊘',
  'dead-lettered': '†',
  expired: '◔',
  dropped: '⤓',
  'delivered-once': '↻',
  backpressure: '‖',
  'growing-depth': '↗',
  'idle-consumer': '○',
  'poison-loop': '∞',
  'prefetch-hogging': '▤',
  latency: '◕',
  conservation: '≠',
};
export const iconOf = (check: string): string => ICONS[check] ?? '•';
/** "out of order" */
export const wordsOf = (check: string): string => catalog.checks.find((c) => c.name === check)?.found ?? check;

/** The gravest first. */
const ORDER = ['conservation', 'effect-once', 'no-loss', 'unrouted', 'poison-loop', 'dropped', 'expired', 'order', 'dead-lettered', 'backpressure', 'growing-depth', 'prefetch-hogging', 'idle-consumer', 'latency', 'delivered-once'];
export const rankOf = (check: string): number => (ORDER.indexOf(check) + ORDER.length + 1) % (ORDER.length + 1);
