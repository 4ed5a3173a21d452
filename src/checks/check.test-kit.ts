/** A check, and a history told by hand. */
import type { Entry, Kind } from '../history/entries.ts';
import { type Facts, History } from '../history/history.ts';
import { Messages } from '../history/messages.ts';
import type { Scenario } from '../scenario/document.ts';
import type { Check, CheckContext, Evidence, Parameters, Report } from './check.ts';
import { Hands } from './hands.ts';

export type Line = readonly [second: number, kind: Kind, facts: Facts];
type Make = new (context: CheckContext, parameters: Parameters, report: Report) => Check;
const EMPTY: Scenario = { version: 1, title: '', seed: 1, nodes: [], links: [] };

/** What the check finds, at its end too when `judged`; halfway it is saved, and another one goes on. */
export function findings(make: Make, lines: readonly Line[], { document = EMPTY, judged = false }: { readonly document?: Scenario; readonly judged?: boolean } = {}): readonly Evidence[] {
  const history = new History();
  const out: Evidence[] = [];
  const fresh = () => {
    const hands = new Hands();
    return { hands, check: new make({ history, hands, messages: new Messages(), effective: () => document, now: () => 0 }, {}, (evidence) => out.push(evidence)) };
  };
  let { hands, check } = fresh();
  const see = (entry: Entry) => {
    for (const watcher of [hands, check]) if (watcher.sees.includes(entry.kind)) watcher.see(entry);
  };
  history.watch({ see, save: () => null, load: () => undefined });
  lines.forEach(([second, kind, facts], i) => {
    history.append(second * 1e6, kind, facts);
    if (i !== Math.floor(lines.length / 2)) return;
    const saved = { hands: hands.save(), check: check.save() };
    ({ hands, check } = fresh());
    hands.load(saved.hands);
    check.load(saved.check);
  });
  if (judged) check.judge();
  return out;
}
