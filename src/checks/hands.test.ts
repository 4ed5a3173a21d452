import { expect, it } from 'vitest';
import type { Kind } from '../history/entries.ts';
import { type Facts, History } from '../history/history.ts';
import { Hands } from './hands.ts';

function seen(told: readonly (readonly [Kind, Facts])[], restoreAfter: number): { held: number; working: number; busy: boolean }[] {
  const history = new History();
  let hands = new Hands();
  history.watch({ see: (entry) => hands.see(entry), save: () => undefined, load: () => undefined });
  told.forEach(([kind, facts], i) => {
    history.append(i, kind, { place: 'q', actor: 'c/1', ...facts });
    if (i !== restoreAfter) return;
    const other = new Hands();
    other.load(structuredClone(hands.save()));
    hands = other;
  });
  return hands.at(history.find('q') as number).map((reader) => ({ held: reader.held, working: reader.working, busy: hands.isBusy(reader) }));
}
it('what was handed to a reader before it joined anew is not in its hands, also after a restored checkpoint', () => {
  const joined: readonly [Kind, Facts] = ['joined', { detail: 1 }];
  const told: readonly (readonly [Kind, Facts])[] = [joined, ['delivered', { copy: 0 }], ['started', { copy: 0 }], joined, ['delivered', { copy: 1 }], ['settled', { copy: 0 }], ['delivered', { copy: 2 }], ['started', { copy: 2 }]];
  for (let restoreAfter = -1; restoreAfter < told.length; restoreAfter++) expect(seen(told, restoreAfter)).toEqual([{ held: 2, working: 1, busy: true }]);
});
