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
  for (const { batch, settlement } of settled) settleAll(core, channel, batch, settlement);
  core.emit({ kind: 'transaction', connection: channel.connection.name, channel: channel.number, messages: published.length, how: 'commit' });
  return failure === null ? null : failure === 'crash' ? errors.crash() : errors.partialTransaction();
}
/** Nothing of it happened: deliveries are out again, as before. */
export function rollBack(core: Core, channel: Channel, tx: Transaction): void {
  const { published, settled } = tx;
  channel.tx = newTransaction();
  const back = [...channel.unacked.values(), ...settled.flatMap(({ batch }) => batch)].sort((a, b) => a.tag - b.tag);
  channel.unacked.clear();
  for (const held of back) channel.unacked.set(held.tag, held);
  if (published.length > 0) core.emit({ kind: 'transaction', connection: channel.connection.name, channel: channel.number, messages: published.length, how: 'rollback' });
}
