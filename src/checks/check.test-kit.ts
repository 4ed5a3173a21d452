/** A check, and a history told by hand. */
import type { Kind } from '../history/entries.ts';
import { type Facts, History } from '../history/history.ts';
import { Messages } from '../history/messages.ts';
import type { Scenario } from '../scenario/document.ts';
import type { Check, CheckContext, Evidence, Parameters, Report } from './check.ts';

export type Line = readonly [second: number, kind: Kind, facts: Facts];
type Make = new (context: CheckContext, parameters: Parameters, report: Report) => Check;
const EMPTY: Scenario = { version: 1, title: '', seed: 1, nodes: [], links: [] };

/** What the check finds, at its end too when `judged`; halfway it is saved, and another one goes on. */
export function findings(make: Make, lines: readonly Line[], { document = EMPTY, judged = false }: { readonly document?: Scenario; readonly judged?: boolean } = {}): readonly Evidence[] {
  const history = new History();
  const out: Evidence[] = [];
  const fresh = () => new make({ history, messages: new Messages(), effective: () => document, now: () => 0 }, {}, (evidence) => out.push(evidence));
  let check = fresh();
  history.watch({ see: (entry) => (check.sees.includes(entry.kind) ? check.see(entry) : undefined), save: () => null, load: () => undefined });
  lines.forEach(([second, kind, facts], i) => {
    history.append(second * 1e6, kind, facts);
    if (i !== Math.floor(lines.length / 2)) return;
    const saved = check.save();
    check = fresh();
    check.load(saved);
  });
  if (judged) check.judge();
  return out;
}
