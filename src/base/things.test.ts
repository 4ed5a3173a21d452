import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Things } from './things.ts';

it('holds what a Map would, in the order of the numbers', () => {
  const step = fc.record({ number: fc.integer({ min: 0, max: 3000 }), what: fc.constantFrom('set', 'set', 'delete', 'save') });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const things = new Things<{ n: number }>();
      const model = new Map<number, { n: number }>();
      for (const [n, { number, what }] of steps.entries()) {
        if (what === 'set') {
          things.set(number, { n });
          model.set(number, { n });
        } else if (what === 'delete') {
          things.delete(number);
          model.delete(number);
        } else things.load(things.save());
        expect(things.at(number)).toEqual(model.get(number));
        expect(things.size).toBe(model.size);
      }
      expect(things.save()).toEqual([...model].sort(([a], [b]) => a - b));
      things.clear();
      expect(things.save()).toEqual([]);
    }),
  );
});
