import { describe, expect, it } from 'vitest';
import type { Kind } from '../history/entries.ts';
import type { Facts } from '../history/history.ts';
import type { Scenario } from '../scenario/document.ts';
import { findings, type Line } from './check.test-kit.ts';
import { DeliveredOnce, EffectOnce } from './once.ts';

/** A story in which each line is one second later and, unless it says otherwise, is caused by the line before. */
function story(...told: readonly (readonly [Kind, Facts])[]): readonly Line[] {
  return told.map(([kind, facts], i) => [i, kind, { message: 0, cause: i - 1, ...facts }]);
}
const put = (copy: number, cause: number): readonly [Kind, Facts] => ['enqueued', { place: 'q', copy, cause }];
const given = (copy: number, actor: string, cause: number): readonly [Kind, Facts] => ['delivered', { place: 'q', copy, actor, attempt: 1, cause }];
const effect = (copy: number, actor: string): readonly [Kind, Facts] => ['effect', { place: 'c', copy, actor, attempt: 1 }];
const crashed = (actor: string): readonly [Kind, Facts] => ['crashed', { place: 'c', actor, message: -1, cause: -1, reason: 'clients.killed' }];
const accepted = (place = 'q'): readonly [Kind, Facts] => ['accepted', { place, cause: -1 }];
const sent = (facts: Facts): readonly [Kind, Facts] => ['sent', { place: 'p', actor: 'p', attempt: 1, cause: -1, ...facts }];

describe('whoever had the first effect is said to have crashed before its acknowledgement was taken', () => {
  const back = (reason: string, cause: number): readonly [Kind, Facts] => ['requeued', { place: 'q', copy: 0, reason, cause }];
  it('when its copy was put back after the crash', () => {
    const [found] = findings(EffectOnce, story(accepted(), put(0, 0), given(0, 'a', 1), effect(0, 'a'), crashed('a'), back('closed', 2), given(0, 'b', 5), effect(0, 'b')));
    expect(found).toMatchObject({ reason: 'closed', facts: { first: 'a', second: 'b', crashedAt: 4e6, queue: 'q' } });
  });
  it('not when the copy had been put back before', () => {
    const [found] = findings(EffectOnce, story(accepted(), put(0, 0), given(0, 'a', 1), effect(0, 'a'), back('timeout', 2), given(0, 'b', 4), crashed('a'), ['started', { place: 'c', copy: 0, actor: 'b', attempt: 1, cause: 5 }], effect(0, 'b')));
    expect(found?.reason).toBe('timeout');
    expect(found?.facts).not.toHaveProperty('crashedAt');
  });
  it('not when that copy was acknowledged, and the second effect is that of another copy', () => {
    const lines = story(sent({}), accepted(), put(0, 1), given(0, 'a', 2), effect(0, 'a'), ['settled', { place: 'q', copy: 0, cause: 3 }], sent({ attempt: 2 }), accepted(), put(1, 7), crashed('a'), given(1, 'b', 8), effect(1, 'b'));
    const [found] = findings(EffectOnce, lines);
    expect(found?.reason).toBe('clients.sent_twice');
    expect(found?.facts).not.toHaveProperty('crashedAt');
  });
  it('and it is the first crash after the effect, whatever became of that instance later', () => {
    const lines = story(accepted(), put(0, 0), given(0, 'a', 1), effect(0, 'a'), crashed('a'), back('closed', 2), crashed('a'), given(0, 'b', 5), crashed('b'), back('closed', 7), given(0, 'd', 9), effect(0, 'd'));
    expect(findings(EffectOnce, lines)[0]?.facts).toMatchObject({ first: 'a', crashedAt: 4e6 });
  });
});
describe('why there were two copies', () => {
  const twice = (first: number, second: number, ...before: readonly (readonly [Kind, Facts])[]) => {
    const n = before.length;
    const lines = story(...before, put(0, first), given(0, 'a', n), effect(0, 'a'), put(1, second), given(1, 'b', n + 3), effect(1, 'b'));
    return [findings(EffectOnce, lines)[0]?.reason, findings(DeliveredOnce, lines)[0]?.reason];
  };
  it('one publication came on two ways', () => expect(twice(1, 1, sent({}), accepted())).toEqual(['clients.two_ways', 'clients.two_ways']));
  it('it was published to two places', () => expect(twice(1, 2, sent({}), accepted('q'), accepted('r'))).toEqual(['clients.two_ways', 'clients.two_ways']));
  it('an attempt was repeated', () => expect(twice(1, 3, sent({}), accepted(), sent({ attempt: 2 }), accepted())).toEqual(['clients.sent_twice', 'clients.sent_twice']));
  it('nobody can say', () => expect(twice(0, 1, accepted(), accepted())).toEqual(['clients.two_copies', 'clients.two_copies']));
});
describe('a bridge on the way', () => {
  const document: Scenario = {
    version: 1,
    title: '',
    seed: 1,
    nodes: [
      { id: 'q', kind: 'toy.queue' },
      { id: 's', kind: 'other.queue' },
      { id: 'c', kind: 'consumer', config: { idempotency: 'id-window' } },
      { id: 'bridge', kind: 'bridge' },
    ],
    links: [{ id: 'l', kind: 'publish', from: 'bridge', to: 'q' }],
  };
  const passed = (actor: string, cause: number, more: Facts = {}): readonly [Kind, Facts] => ['sent', { place: 'bridge', actor, copy: 9, attempt: 1, cause, ...more }];
  const taken = (actor: string): readonly [Kind, Facts] => ['delivered', { place: 's', copy: 9, actor, attempt: 1 }];
  const reads = (first: number, second: number, from: number) => [put(0, first), given(0, 'a', from), effect(0, 'a'), put(1, second), given(1, 'b', from + 3), effect(1, 'b')];
  it('published again what it had published before it crashed, or another instance did', () => {
    const again: readonly [Kind, Facts] = ['requeued', { place: 's', copy: 9, reason: 'closed', cause: 0 }];
    const lines = story(taken('bridge/1'), passed('bridge/1', 0), accepted(), ['crashed', { place: 'bridge', actor: 'bridge/1', message: -1, reason: 'clients.killed' }], again, taken('bridge/2'), passed('bridge/2', 5), accepted(), ...reads(2, 7, 8));
    const [found] = findings(EffectOnce, lines, { document });
    expect(found).toMatchObject({ reason: 'clients.relayed_before_crash', facts: { bridge: 'bridge/1', bridgeAgain: 'bridge/2', bridgeCrashedAt: 3e6, idempotency: 'id-window' } });
  });
  it('is not to blame when its source had two copies, crash or not', () => {
    const lines = story(
      taken('bridge/1'),
      passed('bridge/1', 0),
      accepted(),
      ['crashed', { place: 'bridge', actor: 'bridge/1', message: -1, reason: 'clients.killed' }],
      ['delivered', { place: 's', copy: 10, actor: 'bridge/1', attempt: 1, cause: -1 }],
      passed('bridge/1', 4, { copy: 10 }),
      accepted(),
      ...reads(2, 6, 7),
    );
    const [found] = findings(EffectOnce, lines, { document });
    expect(found?.reason).toBe('clients.relayed_twice');
    expect(found?.facts).not.toHaveProperty('bridgeCrashedAt');
  });
  it('with two wires publishes twice of one handing-over', () => {
    const lines = story(taken('bridge/1'), passed('bridge/1', 0), passed('bridge/1', 0), accepted('q'), accepted('r'), ...reads(3, 4, 5));
    expect(findings(EffectOnce, lines, { document })[0]?.reason).toBe('clients.two_ways');
  });
  it('elsewhere has nothing to do with it', () => {
    const lines = story(taken('bridge/1'), passed('bridge/1', 0), taken('bridge/1'), passed('bridge/1', 2), sent({}), accepted(), sent({ attempt: 2 }), accepted(), ...reads(5, 7, 8));
    expect(findings(EffectOnce, lines, { document: { ...document, links: [{ id: 'l', kind: 'publish', from: 'bridge', to: 's' }] } })[0]?.reason).toBe('clients.sent_twice');
  });
});
