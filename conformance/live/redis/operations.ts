import type { Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Player } from '../contract.ts';

/** Random commands on one stream with groups. IDs are written out, so that both sides have the same. */

const GROUPS = ['g', 'h'];
const CONSUMERS = ['a', 'b'];

export function player(d: Dice): Player {
  let last = 0;
  const command = (op: string, ...args: (string | number)[]): Operation => ({ op, args: args.map(String) });
  const id = () => `${d.between(1, Math.max(1, last))}-0`;
  const group = () => d.pick(GROUPS);
  const consumer = () => d.pick(CONSUMERS);
  const count = () => (d.chance(0.5) ? ['COUNT', d.between(1, 3)] : []);
  const trim = () => [d.pick(['MAXLEN', 'MAXLEN', 'MINID']), d.chance(0.7) ? '=' : '~', d.between(0, Math.max(1, last))];
  const some = () => Array.from({ length: d.between(1, 3) }, id);
  const add = () => {
    // Now and then one that is not greater than the last.
    const next = d.chance(0.1) ? id() : `${(last += d.between(1, 2))}-0`;
    return command('XADD', 's', ...(d.chance(0.15) ? ['NOMKSTREAM'] : []), ...(d.chance(0.2) ? trim() : []), next, 'f', `v${last}`);
  };
  const read = () => command('XREADGROUP', 'GROUP', group(), consumer(), ...count(), ...(d.chance(0.1) ? ['NOACK'] : []), 'STREAMS', 's', d.chance(0.75) ? '>' : d.pick(['0', id()]));
  const others: readonly (() => Operation)[] = [
    () => command('XGROUP CREATE', 's', group(), d.pick(['0', '$', id()]), ...(d.chance(0.5) ? ['MKSTREAM'] : [])),
    () => command('XGROUP SETID', 's', group(), d.pick(['0', '$', id()])),
    () => command(d.pick(['XGROUP DELCONSUMER', 'XGROUP CREATECONSUMER']), 's', group(), consumer()),
    () => (d.chance(0.3) ? command('XGROUP DESTROY', 's', group()) : add()),
    () => command('XACK', 's', group(), ...some()),
    () => command('XACK', 's', group(), ...some()),
    () => command('XPENDING', 's', group()),
    () => command('XPENDING', 's', group(), '-', '+', d.between(1, 9), ...(d.chance(0.4) ? [consumer()] : [])),
    () => command('XCLAIM', 's', group(), consumer(), 0, ...some(), ...(d.chance(0.2) ? ['JUSTID'] : []), ...(d.chance(0.2) ? ['FORCE'] : [])),
    () => command('XAUTOCLAIM', 's', group(), consumer(), 0, d.pick(['0', id()]), ...count(), ...(d.chance(0.2) ? ['JUSTID'] : [])),
    () => command('XDEL', 's', ...some()),
    () => command('XTRIM', 's', ...trim()),
    () => command('XLEN', 's'),
    () =>
      command(
        d.pick(['XRANGE', 'XREVRANGE']),
        's',
        ...d.pick([
          ['-', '+'],
          ['+', '-'],
          [id(), id()],
          [`(${id()}`, '+'],
        ]),
        ...count(),
      ),
    () => command('XREAD', ...count(), 'STREAMS', 's', d.pick(['0', id(), '$'])),
    () => command('XINFO GROUPS', 's'),
    () => command('XINFO STREAM', 's'),
    () => command('XSETID', 's', `${(last += 1)}-0`),
  ];
  return { setup: [command('XGROUP CREATE', 's', 'g', '0', 'MKSTREAM')], next: () => (d.chance(0.3) ? add() : d.chance(0.3) ? read() : d.pick(others)()), shown: () => undefined };
}
