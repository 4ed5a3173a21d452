/** The life of one message, in words, and finding a message by its words. */
import { spanText } from '../base/time.ts';
import { messageName, wordsOf } from '../checks/tell.ts';
import type { Entry } from '../history/entries.ts';
import { keyNumber } from '../history/messages.ts';
import type { Catalog } from '../scenario/descriptor.ts';
import { titleOf } from '../scenario/document.ts';
import type { Run } from './run.ts';
import type { MessageHit, StoryLine } from './view.ts';

export function storyOf({ simulation }: Run, catalog: Catalog, message: number): StoryLine[] {
  const { history, effective } = simulation;
  return history.ofMessage(message).flatMap((entry): StoryLine[] => {
    const place = entry.place >= 0 ? history.text(entry.place) : '';
    const actor = entry.actor >= 0 ? history.text(entry.actor) : '';
    const why = entry.reason >= 0 ? (wordsOf(catalog, history.text(entry.reason))?.says ?? history.text(entry.reason)) : '';
    const says = sentence(entry, titleOf(effective, place), actor, why);
    return says === '' ? [] : [{ entry: entry.id, at: entry.time, place, says }];
  });
}
function sentence(e: Entry, place: string, actor: string, why: string): string {
  const because = why === '' ? '.' : `: ${why}`;
  switch (e.kind) {
    case 'produced':
      return `${place} made it.`;
    case 'sent':
      return e.attempt > 1 ? `${place} sent it again (attempt ${e.attempt}).` : `${place} sent it.`;
    case 'accepted':
      return `${place} accepted it: ${e.detail} ${e.detail === 1 ? 'copy' : 'copies'}.`;
    case 'confirmed':
      return `${place} knows that it was accepted.`;
    case 'refused':
      return `Refused${because}`;
    case 'unknown':
      return `${place} will never know whether it was accepted${because}`;
    case 'returned':
      return `Returned to ${place}${because}`;
    case 'unrouted':
      return `${place} had nowhere to put it${because}`;
    case 'gave-up':
      return `${place} gave up after ${e.attempt} attempts.`;
    case 'shed':
      return `${place} dropped it before sending${because}`;
    case 'enqueued':
      return `A copy waits in ${place}.`;
    case 'delivered':
      return `${place} delivered it to ${actor}${e.attempt > 1 ? ` (delivery ${e.attempt})` : ''}.`;
    case 'throttled':
      return `${place} took no more${because}`;
    case 'joined':
      return `${actor} came up for it${because}`;
    case 'started':
      return `${actor} began to work on it.`;
    case 'effect':
      return `${actor} applied its effect.`;
    case 'skipped':
      return `${actor} passed over it${because}`;
    case 'failed':
      return `${actor} failed${because}`;
    case 'finished':
      return `${actor} finished after ${spanText(e.detail)}.`;
    case 'settled':
      return `${place} is done with it${because}`;
    case 'requeued':
      return `It went back to ${place}${because}`;
    case 'expired':
      return `It expired in ${place}${because}`;
    case 'dropped':
      return `It was dropped from ${place}${because}`;
    case 'dead-lettered':
      return `${place} dead-lettered it${because}`;
    case 'lost':
      return `It was lost in ${place}${because}`;
    case 'crashed':
      return `${actor} crashed${because}`;
    default:
      return '';
  }
}
/** "A17", "A", "17": newest first, at most 50. */
export function searchMessages({ simulation }: Run, words: string): MessageHit[] {
  const { messages, history } = simulation;
  const match = /^\s*([A-Za-z]*)\s*(\d*)\s*$/.exec(words);
  if (!match || (match[1] === '' && match[2] === '')) return [];
  const key = match[1] === '' ? undefined : keyNumber((match[1] as string).toUpperCase());
  const seq = match[2] === '' ? undefined : Number(match[2]);
  const hits: MessageHit[] = [];
  for (let m = messages.length - 1; m >= 0 && hits.length < 50; m--) {
    if (!messages.has(m)) continue;
    if ((key !== undefined && messages.key(m) !== key) || (seq !== undefined && messages.seq(m) !== seq)) continue;
    hits.push({ message: m, key: messages.key(m), seq: messages.seq(m), producedAt: messages.producedAt(m), where: '' });
  }
  // Where each is now takes a look at its newest entry.
  return hits.map((hit) => {
    const last = history.ofMessage(hit.message).findLast((e) => e.place >= 0);
    return { ...hit, where: last ? `${last.kind}, ${history.text(last.place)}` : messageName(messages, hit.message) };
  });
}
