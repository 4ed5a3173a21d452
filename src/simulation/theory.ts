/** What queueing theory says of a reader, from what was measured of it. */
import { isReader } from '../clients/client.ts';
import type { Run } from './run.ts';

/** Fewer services than this say little about their mean. */
const ENOUGH = 20;
export interface Load {
  /** Started per second of virtual time. */
  readonly rate: number;
  /** Mean service time, s. */
  readonly service: number;
  readonly servers: number;
  /** Share of the time in which a server was at work. */
  readonly measured: number;
  /** The same by λ S / c, whatever the distributions. */
  readonly predicted: number;
}
/** Null where it has done too little, or reads nothing. */
export function loadOf({ simulation, meter }: Run, id: string): Load | null {
  const reader = simulation.client(id);
  const times = meter.stages.get(`${id} service`);
  if (!isReader(reader) || reader.slots === 0 || !times || times.count < ENOUGH || simulation.now === 0) return null;
  const rate = ((meter.totals(id).started ?? 0) * 1e6) / simulation.now;
  const service = times.sum / times.count / 1e6;
  return { rate, service, servers: reader.slots, measured: reader.busyTime() / (simulation.now * reader.slots), predicted: Math.min(1, (rate * service) / reader.slots) };
}
