/** What an operator does in the console while it runs. */
import type { Places } from './places.ts';
import type { Sqs } from './sqs.ts';

/** @returns what was done, in words; undefined when this is no action for this place */
export function operate(sqs: Sqs, places: Places, action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
  const queue = places.queueAt(on);
  if (queue === undefined) return undefined;
  const said = (verb: string, result: string | { readonly name: string; readonly text: string }): string => `${verb} ${queue.name}: ${typeof result === 'string' ? result : `${result.name}: ${result.text}`}.`;
  switch (action) {
    case 'purge-queue':
      return said('PurgeQueue', sqs.PurgeQueue(queue.name));
    case 'start-message-move-task': {
      const rate = parameters['MaxNumberOfMessagesPerSecond'];
      return said('StartMessageMoveTask', sqs.StartMessageMoveTask(queue.name, { MaxNumberOfMessagesPerSecond: typeof rate === 'number' ? rate : undefined }));
    }
    case 'cancel-message-move-task':
      return said('CancelMessageMoveTask', sqs.CancelMessageMoveTask(queue.name));
    default:
      return undefined;
  }
}
