import type { Json, JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Player } from '../contract.ts';

/** Random patterns, and events that nearly match them: few names and few values, so that they often meet. */

const NAMES = ['a', 'b', 'detail', 'c-count'];
const TEXTS = ['', 'x', 'xy', 'yx', 'Xy', 'x*y', 'a.b', '5', '5.0', 'initializing', '10.0.0.1', '10.0.1.255', '2001:db8::1', 'ß', 'é'];
const NUMBERS = [0, -0, 1, 5, 5.0, -5, 0.1, 1e3, 1000, 300000.5, 1e9, 5e9, -1e9, 123456789.123456];
/** The library knows no quota for the size of a pattern. */
const LONGEST = 2000;
/** How deep objects and arrays go. */
const DEPTH = 3;

export function player(dice: Dice): Player {
  const next = (): Operation => {
    const made = pattern(dice);
    return JSON.stringify(made).length > LONGEST ? next() : { op: 'testEventPattern', pattern: made, event: fields(dice, DEPTH) };
  };
  return { setup: [], next, shown: () => undefined };
}
const many = <T>(dice: Dice, most: number, make: () => T): T[] => Array.from({ length: dice.between(1, most) }, make);

function fields(dice: Dice, depth: number): JsonObject {
  return Object.fromEntries(many(dice, 3, () => [dice.pick(NAMES), value(dice, depth)]));
}
function value(dice: Dice, depth: number): Json {
  if (depth > 0 && dice.chance(0.25)) return fields(dice, depth - 1);
  if (depth > 0 && dice.chance(0.2)) return dice.chance(0.1) ? [] : many(dice, 3, () => value(dice, depth - 1));
  return leaf(dice);
}
function leaf(dice: Dice): Json {
  if (dice.chance(0.55)) return dice.pick(TEXTS);
  return dice.chance(0.7) ? dice.pick(NUMBERS) : dice.pick([true, false, null]);
}

function pattern(dice: Dice, depth = DEPTH): JsonObject {
  const entries = many(dice, 3, (): [string, Json] => {
    if (dice.chance(0.12)) return ['$or', either(dice, depth)];
    if (dice.chance(0.02)) return [dice.pick(['prefix', 'numeric', '']), conditions(dice)];
    return [dice.pick(NAMES), depth > 0 && dice.chance(0.3) ? pattern(dice, depth - 1) : dice.chance(0.02) ? leaf(dice) : conditions(dice)];
  });
  return Object.fromEntries(entries);
}
function either(dice: Dice, depth: number): Json {
  return Array.from({ length: dice.pick([1, 2, 2, 2, 3]) }, () => (dice.chance(0.03) ? leaf(dice) : pattern(dice, Math.max(0, depth - 1))));
}
const conditions = (dice: Dice): Json => (dice.chance(0.02) ? [] : many(dice, 3, () => condition(dice)));

function condition(dice: Dice): Json {
  if (dice.chance(0.35)) return leaf(dice);
  const [operator, ...more] = many(dice, dice.chance(0.03) ? 2 : 1, () => dice.pick(Object.keys(OPERATORS)));
  return Object.fromEntries([operator, ...more].map((name) => [name ?? '', OPERATORS[name ?? '']?.(dice) ?? null]));
}
const text = (dice: Dice): Json => (dice.chance(0.04) ? leaf(dice) : dice.pick(TEXTS));
const ignoringCase = (dice: Dice): Json => (dice.chance(0.3) ? { 'equals-ignore-case': text(dice) } : text(dice));
const wildcard = (dice: Dice): Json => (dice.chance(0.04) ? leaf(dice) : many(dice, 4, () => dice.pick(['*', 'x', 'y', 'X', '\\*', '\\\\', '.', '5'])).join(''));
const listed = (dice: Dice, make: (dice: Dice) => Json): Json => (dice.chance(0.3) ? many(dice, 3, () => make(dice)) : make(dice));
const NEGATED: Readonly<Record<string, (dice: Dice) => Json>> = { prefix: (dice) => listed(dice, text), suffix: (dice) => listed(dice, text), 'equals-ignore-case': (dice) => listed(dice, text), wildcard: (dice) => listed(dice, wildcard), cidr: () => '10.0.0.0/24' };

const OPERATORS: Readonly<Record<string, (dice: Dice) => Json>> = {
  prefix: ignoringCase,
  suffix: ignoringCase,
  'equals-ignore-case': text,
  wildcard,
  exactly: text,
  exists: (dice) => (dice.chance(0.05) ? leaf(dice) : dice.chance(0.5)),
  numeric,
  // Not half of all addresses: event-ruler then takes the bytes of a number for one of them.
  cidr: (dice) => `${dice.pick(['10.0.0.0', '10.0.1.7', '255.255.255.255', '2001:db8::', '::1', 'x'])}/${dice.pick(['8', '24', '31', '32', '33', '64', '128', '129', '-1'])}`,
  'anything-but': (dice) => {
    if (dice.chance(0.3)) return many(dice, 3, () => leaf(dice));
    if (dice.chance(0.4)) return leaf(dice);
    const [operator = 'prefix', make = text] = dice.pick(Object.entries(NEGATED));
    return { [operator]: make(dice) };
  },
};
function numeric(dice: Dice): Json {
  const operator = (some: readonly string[]): Json => (dice.chance(0.03) ? leaf(dice) : dice.pick(some));
  const bound = (): Json => (dice.chance(0.03) ? leaf(dice) : dice.pick(NUMBERS));
  const one = [operator(['=', '<', '<=', '>', '>=']), bound()];
  return dice.chance(0.4) ? [operator(['>', '>=']), bound(), operator(['<', '<=']), bound()] : one;
}
