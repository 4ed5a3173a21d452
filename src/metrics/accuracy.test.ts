/** One run of 50 000 messages per model lies within 6 % of theory; `npm run accuracy` is the long version. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Scenario } from '../scenario/document.ts';
import { measure, theory } from '../testing/accuracy.ts';

it.each(['mm1', 'mm4', 'md1', 'mg1'])(
  '%s: mean wait and mean queue length',
  (name) => {
    const scenario = JSON.parse(readFileSync(new URL(`../../bench/queues/${name}.json`, import.meta.url), 'utf8')) as Scenario;
    const is = measure(scenario, 50_000, 3);
    const should = theory(scenario);
    expect(Math.abs(is.wait / should.wait - 1)).toBeLessThan(0.06);
    expect(Math.abs(is.length / should.length - 1)).toBeLessThan(0.06);
  },
  60_000,
);
