import type { Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Player } from '../contract.ts';

/** Random commands on two streams with groups, a few of them misspelt, some unknown to older servers. IDs are written out, so that both sides have the same. */

const STREAMS = ['s', 's', 's', 't'];
const GROUPS = ['g', 'h'];
const CONSUMERS = ['a', 'b'];
/** What stands where something else belongs. */
const WRONG = ['x', '-1', '', '0', '5-', '1-2-3', '*', '$', '>', '18446744073709551615', 'COUNT', 'STREAMS', 's'];

export function player(d: Dice): Player {
  let last = 0;
  const command = (op: string, ...args: (string | number)[]): Operation => ({ op, args: args.map(String) });
  const stream = () => d.pick(STREAMS);
  const number = () => d.between(1, Math.max(1, last));
  const id = () => (d.chance(0.7) ? `${number()}-0` : d.chance(0.5) ? `${number()}-${d.below(3)}` : String(number()));
  const group = () => d.pick(GROUPS);
  const consumer = () => d.pick(CONSUMERS);
  const count = (p = 0.5) => (d.chance(p) ? ['COUNT', d.between(1, 3)] : []);
  const trim = () => {
    const [how, sharp] = [d.pick(['MAXLEN', 'MAXLEN', 'MINID']), d.pick(['=', '=', '~', ''])];
    return [how, ...(sharp === '' ? [] : [sharp]), how === 'MINID' && d.chance(0.5) ? id() : d.between(0, Math.max(1, last)), ...(sharp === '~' && d.chance(0.5) ? ['LIMIT', d.pick([0, 1, 100])] : [])];
  };
  /** What becomes of the groups' references to entries that go: since 8.2. */
  const references = () => (d.chance(0.12) ? [d.pick(['KEEPREF', 'DELREF', 'ACKED'])] : []);
  const ids = () => {
    const all = some();
    return ['IDS', d.chance(0.95) ? all.length : all.length + 1, ...all];
  };
  const some = () => Array.from({ length: d.between(1, 3) }, id);
  const add = () => {
    // Now and then one that is not greater than the last.
    const next = d.chance(0.1) ? id() : d.chance(0.25) ? `${Math.max(1, last)}-*` : d.chance(0.15) ? `${Math.max(1, last)}-${d.between(1, 9)}` : `${(last += d.between(1, 2))}-0`;
    return command('XADD', stream(), ...(d.chance(0.15) ? ['NOMKSTREAM'] : []), ...references(), ...(d.chance(0.2) ? trim() : []), next, 'f', `v${last}`);
  };
  const places = (special: () => string) => {
    const names = d.chance(0.7) ? [stream()] : ['s', 't'];
    return ['STREAMS', ...names, ...names.map(() => (d.chance(0.75) ? special() : d.pick(['0', id()])))];
  };
  const read = () => command('XREADGROUP', 'GROUP', group(), consumer(), ...count(), ...(d.chance(0.1) ? ['CLAIM', idle()] : []), ...(d.chance(0.1) ? ['NOACK'] : []), ...places(() => '>'));
  /** IDLE and TIME change only what is told in ranges, but a command that takes them takes them in any order. */
  const claim = () => [...d.pick([[], ['IDLE', 0], ['RETRYCOUNT', d.below(5)], ['LASTID', id()], ['RETRYCOUNT', 2, 'FORCE'], ['TIME', 1]]), ...(d.chance(0.2) ? ['JUSTID'] : []), ...(d.chance(0.2) ? ['FORCE'] : [])];
  /** So young is everything, or nothing. */
  const idle = () => d.pick([0, 0, 0, 100_000]);
  const start = () => d.pick(['0', '$', '-', id()]);
  const others: readonly (() => Operation)[] = [
    () => command('XGROUP CREATE', stream(), group(), d.pick(['0', '$', id()]), ...(d.chance(0.5) ? ['MKSTREAM'] : []), ...(d.chance(0.3) ? ['ENTRIESREAD', d.pick([-1, 0, 1, 5])] : [])),
    () => command('XGROUP SETID', stream(), group(), d.pick(['0', '$', id()]), ...(d.chance(0.3) ? ['ENTRIESREAD', d.pick([-1, 0, 2, 100])] : [])),
    () => command(d.pick(['XGROUP DELCONSUMER', 'XGROUP CREATECONSUMER']), stream(), group(), consumer()),
    () => (d.chance(0.3) ? command('XGROUP DESTROY', stream(), group()) : add()),
    () => command('XACK', stream(), group(), ...some()),
    () => command('XACK', stream(), group(), ...some()),
    () => command('XPENDING', stream(), group()),
    () => command('XPENDING', stream(), group(), ...(d.chance(0.2) ? ['IDLE', idle()] : []), d.pick(['-', id(), `(${id()}`]), d.pick(['+', id(), `(${id()}`]), d.between(0, 9), ...(d.chance(0.4) ? [consumer()] : [])),
    () => command('XCLAIM', stream(), group(), consumer(), idle(), ...some(), ...claim()),
    () => command('XAUTOCLAIM', stream(), group(), consumer(), idle(), d.pick(['0', '-', id(), `(${id()}`]), ...count(), ...(d.chance(0.2) ? ['JUSTID'] : [])),
    () => command('XDEL', stream(), ...some()),
    () => command('XTRIM', stream(), ...trim(), ...references()),
    () => command('XDELEX', stream(), ...references(), ...ids()),
    () => command('XACKDEL', stream(), group(), ...references(), ...ids()),
    () => command('XLEN', stream()),
    () =>
      command(
        d.pick(['XRANGE', 'XREVRANGE']),
        stream(),
        ...d.pick([
          ['-', '+'],
          ['+', '-'],
          [id(), id()],
          [`(${id()}`, '+'],
          ['-', `(${id()}`],
        ]),
        ...count(),
      ),
    () => command('XREAD', ...count(), ...places(() => (d.chance(0.2) ? '+' : start()))),
    () => command('XINFO GROUPS', stream()),
    () => command('XINFO CONSUMERS', stream(), group()),
    () => command('XINFO STREAM', stream(), ...(d.chance(0.4) ? ['FULL', ...count()] : [])),
    () => command('XSETID', stream(), d.chance(0.7) ? `${(last += 1)}-0` : id(), ...(d.chance(0.3) ? ['ENTRIESADDED', d.between(0, 9), 'MAXDELETEDID', id()] : [])),
    () => (d.chance(0.3) ? command('DEL', stream()) : command('TYPE', stream())),
    () => (d.chance(0.2) ? command('SET', 't', 'x') : command('EXISTS', 's', 't')),
  ];
  /** A word left out, doubled, or another. */
  const misspelt = ({ op, args }: Operation): Operation => {
    const words = (args as readonly string[]).slice();
    const at = d.below(words.length);
    words.splice(at, d.chance(0.7) ? 1 : 0, ...(d.chance(0.4) ? [] : [d.chance(0.3) ? (words[at] ?? 'x') : d.pick(WRONG)]));
    return { op, args: words };
  };
  return {
    setup: [command('XGROUP CREATE', 's', 'g', '0', 'MKSTREAM')],
    next: () => {
      const right = d.chance(0.3) ? add() : d.chance(0.3) ? read() : d.pick(others)();
      return d.chance(0.1) ? misspelt(right) : right;
    },
    shown: () => undefined,
  };
}
