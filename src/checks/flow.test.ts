import { expect, it } from 'vitest';
import type { Facts } from '../history/history.ts';
import { findings, type Line } from './check.test-kit.ts';
import { GrowingDepth, IdleConsumer } from './flow.ts';

const found = (lines: readonly Line[]) => findings(IdleConsumer, lines);
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
it('what waits for its time alone keeps nobody busy, and is no growing queue', () => {
  const delayed = (second: number, n: number): Line => [second, 'delayed', { place: 'q', detail: n }];
  expect(found([...joined, delayed(12, 3), census(12)])).toEqual([]);
  expect(found([...joined, delayed(12, 2), census(12)]).map((f) => f.facts['pending'])).toEqual([1, 1]);
  // Ten more a second, and one of them is done with: a queue, unless all of them are still on their way.
  const growing = (late: number): readonly Line[] => Array.from({ length: 15 }, (_, s) => s + 1).flatMap((s): Line[] => [[s, 'settled', { place: 'q', copy: s, message: s }], delayed(s, s * late), [s, 'census', { place: 'q', detail: s * 10, attempt: 0 }]]);
  expect(findings(GrowingDepth, growing(0))).toHaveLength(1);
  expect(findings(GrowingDepth, growing(10))).toEqual([]);
});
