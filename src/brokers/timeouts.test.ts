import { expect, test } from 'vitest';
import { Timeouts } from './timeouts.ts';
import { VirtualClock } from './virtual-clock.ts';

/** @param voids what another's falling due makes void */
function run(voids = -1) {
  const clock = new VirtualClock();
  const open = new Set<number>();
  const expired: [at: number, arg: number][] = [];
  let calls = 0;
  const make = () =>
    new Timeouts({
      now: () => clock.now(),
      call: (delay, lane) => clock.after(delay, 'due', lane),
      stands: (arg) => open.has(arg),
      expired: (arg) => {
        open.delete(arg);
        open.delete(voids);
        expired.push([clock.now(), arg]);
      },
    });
  let timeouts = make();
  clock.attach((_name, lane) => {
    calls++;
    timeouts.due(lane);
  });
  return {
    clock,
    open,
    expired,
    calls: () => calls,
    set: (length: number, arg: number) => {
      open.add(arg);
      timeouts.set(length, arg);
    },
    again: () => {
      const saved = structuredClone(timeouts.save());
      timeouts = make();
      timeouts.load(saved);
      return saved;
    },
  };
}
test('each falls due after its own time, whatever lengths there are', () => {
  const { clock, set, expired, again } = run();
  set(100, 1);
  clock.advance(10);
  set(50, 2);
  set(100, 3);
  set(100, 4);
  again();
  clock.advance(200);
  expect(expired).toEqual([
    [60, 2],
    [100, 1],
    [110, 3],
    [110, 4],
  ]);
});
test('what is void never falls due and is forgotten, and few calls stand for many', () => {
  const { clock, open, set, expired, calls, again } = run();
  for (let n = 0; n < 1000; n++) {
    set(5000, n);
    if (n !== 700) open.delete(n);
    clock.advance(10);
  }
  expect(again()[0]?.args).toHaveLength(300);
  clock.advance(10_000);
  expect(expired).toEqual([[12_000, 700]]);
  expect(calls()).toBeLessThan(10);
});
test('one that falls due may make those of the same instant void', () => {
  const { clock, set, expired } = run(2);
  set(100, 1);
  set(100, 2);
  clock.advance(100);
  expect(expired).toEqual([[100, 1]]);
});
