/** What the picture says: the retry schedule of a push subscription, locks that run down, dead letters. */
import { expect, test } from 'vitest';
import { catalog } from '../../catalog.ts';
import type { Scenario } from '../../scenario/document.ts';
import { startRun } from '../../simulation/run.ts';
import { at, models, pulled, pushed } from './room.test-kit.ts';

function lookAt(scenario: Scenario, seconds: number, place: string, cells = 4) {
  const { simulation } = startRun(scenario, models, catalog);
  simulation.run(seconds * 1e6);
  const look = simulation.rooms.get('event-grid')?.look(place, cells);
  return { health: look?.health, gauges: Object.fromEntries((look?.gauges ?? []).map(({ name, value }) => [name, value])), lanes: (look?.lanes ?? []).map(({ label = '', cells: shown, more, end = '', busy }) => [label, shown.map(({ state }) => state).join(' '), more, end, ...(busy === undefined ? [] : [busy])]) };
}
const FAILS = { failures: { rate: 1 }, serviceTime: '1ms' };

test('each event is shown under the wait that it is in, with the time until the next attempt', () => {
  const { lanes, health, gauges } = lookAt(pushed({ producer: { limit: 6 }, consumer: FAILS, subscription: { deadLetterDestination: 'dead' } }), 5, 'billing');
  expect(lanes).toEqual([
    ['now', '', 0, ''],
    ['10 s', 'ready ready ready ready', 2, 'in 6 s'],
    ['30 s', '', 0, ''],
    ['1 min', '', 0, ''],
    ['later', '', 0, ''],
    ['dead', '', 0, ''],
  ]);
  expect([health, gauges['waiting'], gauges['dropped']]).toEqual(['6 failed, 500', '6', '0']);
});
test('no answer leaves an event in doubt; a busy endpoint is waited for longer', () => {
  expect(lookAt(pushed({ producer: { limit: 1 }, consumer: { serviceTime: '100s' } }), 32, 'billing').lanes[1]).toEqual(['10 s', 'unsure', 0, 'in 9 s']);
  expect(lookAt(pushed({ producer: { limit: 1 }, consumer: FAILS, push: { failure: '503' } }), 2, 'billing').lanes[2]).toEqual(['30 s', 'ready', 0, 'in 29 s']);
});
test('an endpoint that is left alone, and a subscription that is not active', () => {
  const delayed = lookAt(pushed({ consumer: FAILS, push: { failure: '503' } }), 5, 'billing');
  expect([delayed.health, delayed.lanes[0]?.[3]]).toEqual(['delayed 7 s', 'held back']);
  expect(lookAt(pushed({ push: { handshake: 'validationUrl' } }), 1, 'billing').health).toBe('AwaitingManualAction');
  expect(lookAt(pushed({ subscription: { advancedFilters: '[' } }), 1, 'billing').health).toBe('refused');
  expect(lookAt(pushed({ timeline: [at(500, 'set', 'billing', { advancedFilters: '[' })] }), 1, 'billing').health).toBe('change refused');
});
test('locks run down, by client', () => {
  const { lanes } = lookAt(pulled({ producer: { limit: 7 }, consumer: { instances: 2, serviceTime: '100s' }, consume: { maxEvents: 3 } }), 31, 'jobs');
  expect(lanes.map(([label]) => label)).toEqual(['ready', 'pay/1', 'pay/2', '', 'released']);
  expect(lanes[0]).toEqual(['ready', 'ready ready ready ready', 1, '']);
  expect(lanes[1]?.slice(1, 4)).toEqual(['held', 0, '30 s']);
  expect(lanes[1]?.[4]).toBeCloseTo(0.49, 1);
});
test('topics count what nobody got, containers keep what is dead', () => {
  expect(lookAt(pushed({ producer: { limit: 3 }, subscription: { includedEventTypes: 'x' } }), 2, 'orders').gauges).toEqual({ published: '3', unmatched: '3' });
  const dead = lookAt(pushed({ producer: { limit: 6 }, consumer: { ...FAILS, onFailure: 'reject' }, subscription: { deadLetterDestination: 'dead' } }), 302, 'dead');
  expect(dead.lanes).toEqual([['', 'dead dead dead dead', 2, '']]);
});
