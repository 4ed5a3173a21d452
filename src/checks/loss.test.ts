import { expect, it } from 'vitest';
import type { Kind } from '../history/entries.ts';
import type { Facts } from '../history/history.ts';
import type { Scenario } from '../scenario/document.ts';
import { findings, type Line } from './check.test-kit.ts';
import { NoLoss } from './loss.ts';

const story = (...told: readonly (readonly [Kind, Facts])[]): readonly Line[] => told.map(([kind, facts], i) => [i, kind, { message: 0, copy: 0, place: 'q', ...facts }]);
const given = (actor: string, copy = 0): readonly [Kind, Facts] => ['delivered', { actor, copy }];
const started = (actor: string): readonly [Kind, Facts] => ['started', { actor, place: 'c' }];
const effect = (actor: string): readonly [Kind, Facts] => ['effect', { actor, place: 'c' }];
const crashed = (actor: string): readonly [Kind, Facts] => ['crashed', { actor, place: 'c', copy: -1, message: -1 }];
const back: readonly [Kind, Facts] = ['requeued', {}];
const done: readonly [Kind, Facts] = ['settled', {}];
const lost = (lines: readonly Line[], judged = false) => findings(NoLoss, lines, { judged }).map((f) => [f.reason, f.facts['reader']]);

it('what is done with before its effect is lost with whoever had it', () => {
  expect(lost(story(given('a'), done, crashed('a')))).toEqual([['clients.settled_before_effect', 'a']]);
  // The acknowledgement was still on its way when it crashed.
  expect(lost(story(given('a'), crashed('a'), done))).toEqual([['clients.settled_before_effect', 'a']]);
});
it('an effect that somebody had counts, though the copy was taken back and given to another', () => {
  // A late acknowledgement settles it, and the second reader crashes.
  expect(lost(story(given('a'), started('a'), effect('a'), back, given('b'), started('b'), done, crashed('b')), true)).toEqual([]);
  // The effect comes while it waits to be given to another.
  expect(lost(story(given('a'), started('a'), back, effect('a'), given('b'), done, crashed('b')), true)).toEqual([]);
  expect(lost(story(given('a'), effect('a'), back, ['dropped', { reason: 'purged' }]))).toEqual([]);
});
it('the effect of another reader does not come any more when that one has crashed', () => {
  expect(lost(story(given('a'), started('a'), crashed('a'), back, given('b'), done, crashed('b')))).toEqual([['clients.settled_before_effect', 'b']]);
});
it('whoever lost it to another may still apply the effect', () => {
  const lines = story(given('a'), started('a'), back, given('b'), done, crashed('b'));
  expect(lost(lines)).toEqual([]);
  expect(lost(lines, true)).toEqual([['clients.settled_without_effect', 'a']]);
  expect(lost([...lines, [9, 'crashed', { actor: 'a', place: 'c' }]])).toEqual([['clients.settled_before_effect', 'a']]);
});
it('whoever failed and gave it back does not go on with it', () => {
  expect(lost(story(given('a'), started('a'), ['failed', { actor: 'a', place: 'c' }], back, given('b'), done, crashed('b')))).toEqual([['clients.settled_before_effect', 'b']]);
});
it('what is thrown away as a dead letter is not lost when it had its effect before', () => {
  const dead = (kind: Kind): readonly Line[] =>
    story(given('a'), started('a'), ...(kind === 'effect' ? [effect('a')] : []), ['dead-lettered', { cause: 0, reason: 'limit' }], ['enqueued', { copy: 1, place: 'dead', cause: kind === 'effect' ? 3 : 2 }], ['dropped', { copy: 1, place: 'dead', reason: 'purged', cause: kind === 'effect' ? 4 : 3 }]);
  expect(lost(dead('effect'))).toEqual([]);
  expect(lost(dead('started'))).toEqual([['purged', undefined]]);
});
it('a second copy of what had its effect is not missed', () => {
  expect(lost(story(given('a'), started('a'), effect('a'), done, ['dropped', { copy: 1, reason: 'maxlen' }]))).toEqual([]);
  expect(lost(story(given('a'), started('a'), effect('a'), done, ['dropped', { copy: 1, reason: 'maxlen', place: 'another' }]))).toEqual([['maxlen', undefined]]);
});
it('what is thrown away while somebody works on it is lost with that work only', () => {
  const cleared: readonly [Kind, Facts] = ['dropped', { reason: 'purged' }];
  expect(lost(story(given('a'), started('a'), cleared, effect('a')), true)).toEqual([]);
  expect(lost(story(given('a'), started('a'), cleared, crashed('a')))).toEqual([['purged', undefined]]);
  // It may try again where it is.
  const failed: readonly [Kind, Facts] = ['failed', { actor: 'a', place: 'c' }];
  expect(lost(story(given('a'), started('a'), cleared, failed))).toEqual([]);
  expect(lost(story(given('a'), started('a'), cleared, failed, started('a'), effect('a')), true)).toEqual([]);
  expect(lost(story(given('a'), started('a'), failed, cleared))).toEqual([['purged', undefined]]);
  expect(lost(story(given('a'), cleared))).toEqual([['purged', undefined]]);
  const without = story(given('a'), started('a'), cleared);
  expect(lost(without)).toEqual([]);
  expect(lost(without, true)).toEqual([['purged', 'a']]);
});
it('what goes while another copy of it waits there is not lost yet', () => {
  const put = (copy: number): readonly [Kind, Facts] => ['enqueued', { copy }];
  const gone = (copy: number): readonly [Kind, Facts] => ['dropped', { copy, reason: 'maxlen' }];
  expect(lost(story(put(0), put(1), gone(0), given('a', 1), started('a'), ['effect', { actor: 'a', place: 'c', copy: 1 }]), true)).toEqual([]);
  expect(lost(story(put(0), put(1), gone(0), gone(1)))).toEqual([['maxlen', undefined]]);
  // With the first, custody ends before the effect; the second is still there.
  expect(lost(story(put(0), put(1), given('a'), done, crashed('a')))).toEqual([]);
});
it('what a bridge passes on has its effect when the broker behind it accepts it, not when its source accepts it again', () => {
  const document: Scenario = {
    version: 1,
    title: '',
    seed: 1,
    nodes: [
      { id: 'q', kind: 'toy.queue' },
      { id: 'target', kind: 'other.queue' },
    ],
    links: [{ id: 'l', kind: 'publish', from: 'bridge', to: 'target' }],
  };
  const passed = (place: string): readonly Line[] => story(given('bridge/1'), ['sent', { place: 'bridge', actor: 'bridge/1', attempt: 1 }], ['accepted', { place, copy: -1 }], done, crashed('bridge/1'));
  expect(findings(NoLoss, passed('target'), { document, judged: true })).toEqual([]);
  expect(findings(NoLoss, passed('q'), { document, judged: true }).map((f) => f.reason)).toEqual(['clients.settled_without_effect']);
});
