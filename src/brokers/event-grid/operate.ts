/** What an operator does while the system runs. */
import type { Desk } from './desk.ts';
import type { Places } from './places.ts';
import type { EventGrid } from './server.ts';
import type { Teller } from './teller.ts';
import type { Trouble } from './topic.ts';

interface Operated {
  readonly grid: EventGrid;
  readonly desk: Desk;
  readonly places: Places;
  readonly teller: Teller;
}
const TROUBLES: Readonly<Record<string, readonly [Trouble, string]>> = {
  'regenerate-key': ['key_regenerated', 'publishers have the old key'],
  'hand-out-key': ['none', 'publishers have the new key'],
  'topic-unavailable': ['unavailable', 'the topic takes nothing'],
  'topic-available': ['none', 'the topic takes events again'],
};
/** Events that one rehydration publishes at most. */
const MOST = 100;

/** @returns what was done, in words; undefined when this is no action for this node */
export function operate(operated: Operated, action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
  const { grid, places } = operated;
  const trouble = TROUBLES[action];
  const topic = grid.topics.get(on);
  if (trouble !== undefined && topic !== undefined) {
    topic.trouble = trouble[0];
    return `${on}: ${trouble[1]}.`;
  }
  const container = grid.containers.get(on);
  switch (action) {
    case 'validate':
      return grid.validation.confirm(on);
    case 'recreate': {
      const wanted = places.plan.subscriptions.find(({ node }) => node === on);
      if (wanted === undefined) return undefined;
      grid.recreate(on, wanted);
      return `${on} is created anew.`;
    }
    case 'storage-down':
    case 'storage-up':
      if (container === undefined) return undefined;
      container.isDown = action === 'storage-down';
      return `${on} is ${container.isDown ? 'unavailable' : 'available'}.`;
    case 'rehydrate':
      return container === undefined ? undefined : rehydrate(operated, on, Number(parameters['count'] ?? MOST));
    default:
      return undefined;
  }
}
/** Everything that was unavailable is available again. */
export function mend(grid: EventGrid): string {
  for (const one of grid.containers.values()) one.isDown = false;
  for (const one of grid.topics.values()) one.trouble = 'none';
  return 'Everything is available.';
}
/** "Rehydrate means to flow the events back into Event Grid": they are published as they were the first time. */
function rehydrate({ grid, desk, teller }: Operated, node: string, count: number): string {
  const events = grid.containers.get(node)?.events;
  let published = 0;
  for (const [stored, { message, origin }] of [...(events ?? [])].slice(0, Math.min(count, MOST))) {
    const cause = teller.get(stored)?.entry ?? -1;
    const refused = desk.publish(origin, message, cause);
    if (refused !== undefined) continue;
    events?.delete(stored);
    grid.tell({ kind: 'taken', id: stored });
    published++;
  }
  desk.flush();
  return `${published} events of ${node} published again.`;
}
