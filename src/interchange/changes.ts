/** What changed in the rules from version to version: a link tells its reader whether it may run otherwise than for its maker. */
import { version } from '../../package.json' with { type: 'json' };

export interface RuleChange {
  /** The version that brought it, "1.2.3". */
  readonly in: string;
  /** What behaves otherwise since, as a clause: "a queue's TTL counts from its head". */
  readonly says: string;
}
/** Newest last. A change that leaves every golden history as it was does not belong here. */
export const RULE_CHANGES: readonly RuleChange[] = [];

/** @returns a sentence about a scenario made by another version; null when nothing needs saying */
export function sinceThen(maker: string, changes: readonly RuleChange[] = RULE_CHANGES, present: string = version): string | null {
  if (maker === present) return null;
  const since = changes.filter((change) => order(change.in, maker) > 0 && order(change.in, present) <= 0);
  if (order(maker, present) > 0) return `This link was made with the newer version ${maker}; this is ${present}: it may run otherwise here.`;
  if (since.length === 0) return null;
  return `This link was made with version ${maker === '' ? 'unknown' : maker}. Since then: ${since.map((change) => change.says).join('; ')}.`;
}
/** < 0 when `a` is the older; what is no version is the oldest. */
function order(a: string, b: string): number {
  const parts = (v: string) => v.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  return 0;
}
