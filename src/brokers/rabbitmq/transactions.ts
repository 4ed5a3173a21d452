import type { Refusal } from '../contract.ts';
import type { Core } from './core.ts';
import { settleAll } from './channels.ts';
import type { Settlement } from './custody.ts';
import { errors } from './errors.ts';
import type { Reason } from './events.ts';
import type { Channel, Held, Transaction } from './model.ts';
import { distribute } from './publishing.ts';

/** tx.select, tx.commit, tx.rollback of a channel. https://www.rabbitmq.com/docs/semantics#tx */

export const newTransaction = (): Transaction => ({ published: [], settled: [] });

/** Deliveries leave the channel now, and their queue when it is committed. */
export function settleLater({ unacked }: Channel, tx: Transaction, batch: readonly Held[], settlement: Settlement): void {
  for (const held of batch) unacked.delete(held.tag);
  tx.settled.push({ batch, settlement });
}
/** What was published comes first, then what was settled. @returns why not all queues took it */
export function commit(core: Core, channel: Channel, tx: Transaction): Refusal | null {
  const { published, settled } = tx;
  channel.tx = newTransaction();
  let failure: Reason | 'crash' | null = null;
  for (const one of published) failure = distribute(core, channel, one.args, one.queues, false) ?? failure;
  const groups = grouped(settled);
  for (const { batch, settlement } of groups) if (settlement.how === 'ack') settleAll(core, channel, batch.filter(isClassic), settlement);
  for (const { batch, settlement } of groups) settleAll(core, channel, settlement.how === 'ack' ? batch.filter((held) => !isClassic(held)) : batch, settlement);
  core.emit({ kind: 'transaction', connection: channel.connection.name, channel: channel.number, messages: published.length, how: 'commit' });
  return failure === null ? null : failure === 'crash' ? errors.crash() : errors.partialTransaction();
}
/** A classic queue takes acknowledgements before anything else that has come in. */
const isClassic = ({ queue }: Held): boolean => queue.type === 'classic';
type Settled = Transaction['settled'][number];
/** What was settled in a row in the same way is settled together, in the order of the deliveries. */
function grouped(settled: readonly Settled[]): readonly Settled[] {
  const groups: { batch: Held[]; settlement: Settlement }[] = [];
  for (const { batch, settlement } of settled) {
    const last = groups.at(-1);
    if (last !== undefined && isSame(last.settlement, settlement)) last.batch.push(...batch);
    else groups.push({ batch: [...batch], settlement });
  }
  for (const { batch } of groups) batch.sort((a, b) => a.tag - b.tag);
  return groups;
}
const isSame = (a: Settlement, b: Settlement): boolean => a.how === b.how && (a.how === 'ack' || b.how === 'ack' || a.failed === b.failed);

/** Nothing of it happened: deliveries are out again, as before. */
export function rollBack(core: Core, channel: Channel, tx: Transaction): void {
  const { published, settled } = tx;
  channel.tx = newTransaction();
  const back = [...channel.unacked.values(), ...settled.flatMap(({ batch }) => batch)].sort((a, b) => a.tag - b.tag);
  channel.unacked.clear();
  for (const held of back) channel.unacked.set(held.tag, held);
  if (published.length > 0) core.emit({ kind: 'transaction', connection: channel.connection.name, channel: channel.number, messages: published.length, how: 'rollback' });
}
