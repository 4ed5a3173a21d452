import { expect, it } from 'vitest';
import type { Kind } from '../history/entries.ts';
import { type Facts, History } from '../history/history.ts';
import { Messages } from '../history/messages.ts';
import type { Evidence } from './check.ts';
import { IdleConsumer } from './flow.ts';

type Line = readonly [second: number, kind: Kind, facts: Facts];
function found(lines: readonly Line[]): readonly Evidence[] {
  const history = new History();
  const out: Evidence[] = [];
  const check = new IdleConsumer({ history, messages: new Messages(), effective: () => ({ version: 1, title: '', seed: 1, nodes: [], links: [] }), now: () => 0 }, {}, (evidence) => out.push(evidence));
  history.watch({ see: (entry) => (check.sees.includes(entry.kind) ? check.see(entry) : undefined), save: () => null, load: () => undefined });
  for (const [second, kind, facts] of lines) history.append(second * 1e6, kind, facts);
  return out;
}
const copy = (actor: string): Facts => ({ place: 'q', actor, copy: 0, message: 0, attempt: 1 });
const census = (second: number): Line => [second, 'census', { place: 'q', detail: 3, attempt: 1 }];
const joined: readonly Line[] = ['a', 'b'].map((actor) => [0, 'joined', { place: 'q', actor, detail: 1 }]);

it('a reader that has nothing while work is pending is idle', () => {
  expect(found([...joined, [1, 'delivered', copy('a')], [1, 'started', { ...copy('a'), place: 'c' }], census(12)]).map((f) => f.facts['reader'])).toEqual(['b']);
});
it("a reader still works on what was taken back from it, and its work is not the next reader's", () => {
  const lines: readonly Line[] = [...joined, [1, 'delivered', copy('a')], [1, 'started', { ...copy('a'), place: 'c' }], [2, 'requeued', copy('a')], [2, 'delivered', copy('b')]];
  expect(found([...lines, census(13)])).toEqual([]);
  // Its work ends at 14 s: idle ten seconds later, not at once.
  const after: readonly Line[] = [...lines, [14, 'finished', { ...copy('a'), place: 'c' }]];
  expect(found([...after, census(15)])).toEqual([]);
  expect(found([...after, census(25)]).map((f) => f.facts['reader'])).toEqual(['a']);
});
it('whoever lost a copy before beginning does not begin for the one who has it now', () => {
  const lines: readonly Line[] = [...joined, [1, 'delivered', copy('a')], [2, 'requeued', copy('a')], [2, 'delivered', copy('b')], [3, 'started', { ...copy('a'), place: 'c' }], [3, 'started', { ...copy('b'), place: 'c' }], [4, 'settled', copy('b')], [4, 'finished', { ...copy('b'), place: 'c' }]];
  expect(found([...lines, census(15)]).map((f) => f.facts['reader'])).toEqual(['b']);
});
