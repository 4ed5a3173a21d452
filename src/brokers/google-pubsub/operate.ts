/** What an operator does while the system runs: seek, snapshots, detaching. */
import { micros, spanText } from '../../base/time.ts';
import type { Refusal } from '../contract.ts';
import { isRefusal } from './errors.ts';
import type { PubSubServer } from './server.ts';

type Parameters = Readonly<Record<string, unknown>>;
const text = (value: unknown, fallback: string): string => (typeof value === 'string' && value !== '' ? value : fallback);
const said = (answer: Refusal | object | undefined, done: string): string => (isRefusal(answer) ? `${answer.name}: ${answer.text}` : done);

/** @param name of the subscription @returns what was done, in words; undefined when it is none of these */
export function operate(server: PubSubServer, action: string, name: string, parameters: Parameters, now: number): string | undefined {
  switch (action) {
    case 'seek-to-time': {
      const ago = micros(text(parameters['ago'], '10s'));
      const answer = server.seek(name, { time: Math.max(0, now - ago) });
      return said(answer, `Back ${spanText(ago)}: ${'replayed' in answer ? answer.replayed : 0} messages come again.`);
    }
    case 'purge-subscription':
      return said(server.seek(name, { time: now + 1 }), 'Everything published up to now counts as acknowledged.');
    case 'create-snapshot': {
      const snapshot = text(parameters['name'], 'snapshot-1');
      return said(server.createSnapshot(snapshot, name), `Snapshot ${snapshot} holds what is unacknowledged now.`);
    }
    case 'seek-to-snapshot': {
      const answer = server.seek(name, { snapshot: text(parameters['name'], 'snapshot-1') });
      return said(answer, `${'replayed' in answer ? answer.replayed : 0} messages come again.`);
    }
    case 'detach-subscription':
      return said(server.detachSubscription(name), 'Detached from its topic; its backlog is gone.');
    default:
      return undefined;
  }
}
