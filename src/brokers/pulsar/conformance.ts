import { slotOf } from './key-shared.ts';
import { keyHash } from './murmur3.ts';

type Row = Readonly<Record<string, unknown>>;

/** The room's entry for the conformance runner. Of Pulsar there is a table of facts, no recorded cases. */
export const pulsarConformance = {
  broker: 'pulsar',
  version: '4.0',
  cannot: () => 'no operation is modelled',
  adapter(): never {
    throw new Error('no operation is modelled');
  },
  vectors(name: string, rows: readonly Row[]) {
    if (name !== 'pulsar-key-shared') return null;
    return rows.map((row) => {
      const key = String(row['key']);
      return { row: key, expected: { hash: Number(row['hash']), slot: Number(row['slot']) }, actual: { hash: keyHash(key), slot: slotOf(key) } };
    });
  },
};
