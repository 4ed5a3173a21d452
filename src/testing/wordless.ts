/** Reasons of a broker that its history gives and its descriptor has no words for. */
import type { Catalog } from '../scenario/descriptor.ts';
import type { Simulation } from '../simulation/simulation.ts';

export function wordless({ history }: Simulation, catalog: Catalog, broker: string): readonly string[] {
  const known = catalog.rooms.find((one) => one.id === broker)?.reasons ?? {};
  const given = new Set(Array.from({ length: history.length - history.first }, (_, i) => history.entry(history.first + i).reason));
  return [...given].flatMap((reason) => (reason < 0 ? [] : history.text(reason))).filter((reason) => reason.startsWith(`${broker}.`) && !Object.hasOwn(known, reason));
}
