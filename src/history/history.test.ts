import { expect, it } from 'vitest';
import { type Entry, KINDS } from './entries.ts';
import { History } from './history.ts';

it('an entry comes back as it was written, whatever was left out', () => {
  const history = new History();
  const shown: Entry[] = [];
  history.watch({ see: (entry) => shown.push({ ...entry }), save: () => null, load: () => {} });
  for (const [i, kind] of KINDS.entries()) {
    history.append(i * 1e9 + 7, kind, {});
    history.append(i * 1e9 + 8, kind, { message: 2 ** 31 - 1, copy: i, place: `place ${i % 3}`, actor: 'actor', attempt: 2 ** 24, reason: `reason ${i}`, cause: i, detail: 86_400e6 + 0.5 });
  }
  expect(shown).toHaveLength(2 * KINDS.length);
  for (const entry of shown) expect(history.entry(entry.id)).toEqual(entry);
  expect(history.entry(0)).toMatchObject({ kind: 'produced', message: -1, copy: -1, place: -1, actor: -1, attempt: -1, reason: -1, cause: -1, detail: -1 });
  expect(history.entry(3)).toMatchObject({ kind: 'sent', attempt: 2 ** 24, cause: 1, detail: 86_400e6 + 0.5 });
});
it('only the newest entries stay, and a checkpoint of them goes on with the same hash', () => {
  const write = (history: History, from: number, to: number) => {
    for (let i = from; i < to; i++) history.append(i, 'sent', { message: i, place: `node ${i % 5}`, cause: i - 1 });
  };
  const history = new History(10_000);
  write(history, 0, 40_000);
  const other = new History(10_000);
  other.load(structuredClone(history.save()));
  for (const one of [history, other]) {
    write(one, 40_000, 50_000);
    expect(one.first).toBeGreaterThan(35_000);
    expect(one.entry(49_999)).toMatchObject({ time: 49_999, message: 49_999, cause: 49_998 });
    expect(() => one.entry(one.first - 1)).toThrow(RangeError);
  }
  expect(other.hash()).toBe(history.hash());
});
