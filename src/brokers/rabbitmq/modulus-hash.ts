import type { Binding, Exchange } from './model.ts';
import { phash2 } from './phash2.ts';

/** The exchange type x-modulus-hash (https://www.rabbitmq.com/docs/modulus-hash-exchange): one binding for each key, whatever the bindings say. */

/** Under what name the bindings in their order are remembered. */
const ALL = '';

/** Exchanges before queues, then by name: the same after a restart. */
function inOrder({ bindings, matched }: Exchange): readonly Binding[] {
  const known = matched.get(ALL);
  if (known !== undefined) return known;
  const place = ({ destinationKind, destination }: Binding) => `${destinationKind} ${destination}`;
  const sorted = [...bindings.values()].sort((a, b) => (place(a) < place(b) ? -1 : 1));
  matched.set(ALL, sorted);
  return sorted;
}

/** The one binding of a message; null when nothing is bound. */
export function bindingByModulus(exchange: Exchange, routingKeys: readonly string[]): Binding | null {
  const all = inOrder(exchange);
  return all[phash2(routingKeys) % all.length] ?? null;
}
