import { expect, it } from 'vitest';
import { exp, ln, minusLnOfRest } from './exact-math.ts';
import { Kernel } from './kernel.ts';
import { RandomStream } from './random.ts';

it('runs calls by time, and in the order of scheduling within an instant, also after a restored checkpoint', () => {
  const run = (restoreAfter: number): number[] => {
    const seen: number[] = [];
    const make = () => {
      const k = new Kernel();
      k.register((_, arg) => seen.push(arg));
      return k;
    };
    let kernel = make();
    const luck = new RandomStream(7, 'test');
    const expected: [number, number][] = [];
    for (let i = 0; i < 20_000; i++) {
      const at = Math.floor(luck.next() * 200);
      kernel.schedule(at, 0, 0, i);
      expected.push([at, i]);
    }
    for (let n = 0; kernel.nextAt() !== Infinity; n++) {
      if (n === restoreAfter) {
        const other = make();
        other.load(structuredClone(kernel.save()));
        kernel = other;
      }
      kernel.step();
    }
    expect(seen).toEqual(expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, i]) => i));
    return seen;
  };
  expect(run(1234)).toEqual(run(-1));
});

it('runs what calls schedule while they run, whether none, one or several, also when one throws', () => {
  const kernel = new Kernel();
  const luck = new RandomStream(11, 'test');
  const expected: [time: number, sequence: number][] = [];
  const ran: [time: number, sequence: number][] = [];
  let made = 0;
  const schedule = () => {
    const delay = Math.floor(luck.next() * 300);
    expected.push([kernel.now + delay, made]);
    kernel.schedule(delay, 0, 0, made++);
  };
  kernel.register((_, sequence) => {
    ran.push([kernel.now, sequence]);
    if (made < 5000) for (let n = Math.floor(luck.next() * 4); n > 0; n--) schedule();
    expect(kernel.pending).toBe(made - ran.length);
    if (sequence % 100 === 7) throw new Error('broken');
  });
  for (let i = 0; i < 50; i++) schedule();
  for (let broken = 0; kernel.nextAt() !== Infinity; ) {
    try {
      kernel.step();
    } catch {
      expect(++broken).toBeLessThan(100);
    }
  }
  expect(made).toBeGreaterThanOrEqual(5000);
  expect(ran).toEqual(expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
});

it('the logarithm behind exponential draws is exact but for the last digits, for all bits', () => {
  expect(minusLnOfRest(0)).toBe(0);
  const luck = new RandomStream(5, 'test');
  // Both ends of each of its 128 cells, in several binary places.
  const ends = Array.from({ length: 128 }, (_, cell) => [(128 + cell) * 2 ** 24, (129 + cell) * 2 ** 24 - 1]).flat();
  const rests = [0, 1, 2, 9, 24].flatMap((places) => ends.map((rest) => rest >>> places));
  for (const t of [1, 2, 3, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1, ...rests.map((rest) => 2 ** 32 - rest), ...Array.from({ length: 10_000 }, () => luck.bits())]) {
    const exact = -Math.log1p(-t / 2 ** 32);
    expect(Math.abs(minusLnOfRest(t) - exact), `${t}`).toBeLessThanOrEqual(1e-15 * exact);
  }
});

it('ln and exp agree with the reference to the last digits', () => {
  for (const x of [1e-9, 0.1, 0.5, 0.9999, 1, 1.5, 2, 10, 12345.678]) {
    expect(Math.abs(ln(x) - Math.log(x))).toBeLessThan(1e-14 * Math.max(1, Math.abs(Math.log(x))));
  }
  for (const x of [-20, -1, 0, 0.3, 1, 5, 20]) expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-13);
});

it('two purposes draw different luck, the same purpose the same', () => {
  const draw = (seed: number, purpose: string) =>
    Array.from(
      { length: 4 },
      (
        (s) => () =>
          s.next()
      )(new RandomStream(seed, purpose)),
    );
  expect(draw(1, 'a')).toEqual(draw(1, 'a'));
  expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
  expect(draw(1, 'a')).not.toEqual(draw(2, 'a'));
});
