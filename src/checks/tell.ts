/** From evidence to sentences. Brokers' and clients' words come from their descriptors; checks know no broker. */
import { clockText, spanText } from '../base/time.ts';
import { keyName } from '../history/messages.ts';
import type { Messages } from '../history/messages.ts';
import type { Catalog, Remedy, Words } from '../scenario/descriptor.ts';
import { familyOf, nodeOf, type Scenario, type ScenarioNode, titleOf } from '../scenario/document.ts';
import type { Evidence } from './check.ts';

export interface Told {
  readonly title: string;
  readonly because: string;
  readonly remedy?: string;
  readonly remedyEdit?: { readonly on: string; readonly field: string; readonly value: unknown };
  readonly source?: string;
}
export interface Telling {
  readonly catalog: Catalog;
  readonly document: Scenario;
  readonly messages: Messages;
}

/** Words of a reason, from whichever room has it. */
export function wordsOf(catalog: Catalog, reason: string | undefined): Words | undefined {
  if (reason === undefined) return undefined;
  for (const room of catalog.rooms) if (Object.hasOwn(room.reasons, reason)) return room.reasons[reason];
  return undefined;
}
/** What would prevent it, said by the broker that is concerned, else by the clients: first for this very reason, then for the kind of node, then for the check. */
function remedyOf({ catalog, document }: Telling, node: ScenarioNode | undefined, check: string, reason: string | undefined): Remedy | undefined {
  const wired = document.links.flatMap((l) => (l.from === node?.id ? [l.to] : l.to === node?.id ? [l.from] : []));
  const concerned = [node?.kind, ...wired.map((id) => document.nodes.find((n) => n.id === id)?.kind)].map((kind) => familyOf(kind ?? ''));
  const rooms = [...new Set([...concerned.filter((family) => family !== 'clients'), 'clients'])].flatMap((family) => catalog.rooms.find((r) => r.id === family) ?? []);
  for (const name of [`${check} ${reason ?? ''}`, `${check} ${node?.kind ?? ''}`, check]) {
    for (const room of rooms) if (Object.hasOwn(room.remedies, name)) return room.remedies[name];
  }
  return undefined;
}
/** "A17": the letter of the key and the number within it. */
export function messageName(messages: Messages, message: number): string {
  return `${keyName(messages.key(message))}${messages.seq(message)}`;
}

/** Words of a reason may be a clause: here they stand alone. */
function sentence(words: string): string {
  if (words === '') return '';
  const first = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** Why a consumer did not know the id, by what it does to know ids. */
const REMEMBERS: Readonly<Record<string, string>> = {
  none: 'nothing there remembers processed ids',
  'id-window': 'its id was not in the window of those that are remembered',
  inbox: 'its id was not in the inbox',
};
export function tell(evidence: Evidence, telling: Telling): Told {
  const { document, messages, catalog } = telling;
  const node = document.nodes.find((n) => n.id === nodeOf(evidence.place));
  const place = titleOf(document, evidence.place);
  const m = evidence.message === undefined ? '' : messageName(messages, evidence.message);
  const words = wordsOf(catalog, evidence.reason);
  const why = sentence(words?.says ?? '');
  const f = evidence.facts;
  const text = (name: string) => String(f[name] ?? '');
  const at = (name: string) => clockText(Number(f[name] ?? 0));
  const span = (name: string) => spanText(Number(f[name] ?? 0));
  const more = evidence.count > 1 ? ` (${evidence.count} like it in the last seconds)` : '';
  const remedy = remedyOf(telling, node, evidence.check, evidence.reason);
  const told = (title: string, because: string): Told => ({
    title,
    because: `${because}${more}`.trim(),
    ...(remedy ? { remedy: remedy.says } : {}),
    ...(remedy?.edit && Object.hasOwn(catalog.node(node?.kind ?? '')?.fields ?? {}, remedy.edit.field) ? { remedyEdit: { on: nodeOf(evidence.place), ...remedy.edit } } : {}),
    ...(words?.rule?.startsWith('http') ? { source: words.rule } : {}),
  });
  switch (evidence.check) {
    case 'effect-once': {
      const queue = text('queue') === '' ? 'The broker' : titleOf(document, text('queue'));
      const again = text('first') === text('second') ? `${text('second')} got the message again` : `${queue} gave the message to ${text('second')}`;
      if (catalog.node(node?.kind ?? '')?.plays?.includes('producer')) {
        const crash = f['crashedAt'] === undefined ? '' : ` and crashed at ${at('crashedAt')}, before ${queue} had taken its acknowledgement`;
        return told(`${m} was published twice by ${place}.`, `${text('first')} had published it by ${at('firstAt')}${crash}. ${why} ${again} (delivery ${text('attempt')}), and it was published again.`);
      }
      const crash = f['crashedAt'] === undefined ? '' : ` and crashed at ${at('crashedAt')}, before ${queue} had taken its acknowledgement`;
      const seam =
        f['bridgeCrashedAt'] === undefined
          ? why
          : `Both copies are of one message: ${text('bridge')} had published it and crashed at ${at('bridgeCrashedAt')}, before its source had taken its acknowledgement, and ${text('bridgeAgain') === text('bridge') ? 'published it again when it came back' : `${text('bridgeAgain')} published it again`}.`;
      return told(`${m} took effect twice at ${place}.`, `${text('first')} applied the effect at ${at('firstAt')}${crash}. ${seam} ${again} (delivery ${text('attempt')}), and ${REMEMBERS[text('idempotency')] ?? REMEMBERS['none']}.`);
    }
    case 'delivered-once':
      return told(`${m} was delivered again from ${place}.`, `${text('reader')} got it as delivery ${text('attempt')}. ${why}`);
    case 'order':
      return told(`Key ${keyName(Number(f['key']))}: ${text('later')} took effect before ${text('earlier')} at ${place}.`, why);
    case 'no-loss':
      return told(m === '' ? `A message was lost at ${place}.` : `${m} was lost at ${place}.`, why || `It ended as ${text('what')}, and no reader had its effect.`);
    case 'unrouted':
      return told(`${m} went nowhere: ${place} accepted it and had no queue for it.`, why);
    case 'dead-lettered':
      return told(`${m} was dead-lettered from ${place}${Number(f['attempt']) > 0 ? ` after ${text('attempt')} ${f['attempt'] === 1 ? 'delivery' : 'deliveries'}` : ''}.`, why);
    case 'expired':
      return told(`${m} expired in ${place}.`, why);
    case 'dropped':
      return told(`${m} was dropped from ${place}.`, why);
    case 'backpressure':
      return f['begins'] === 1 ? told(`${place} is held back.`, why) : told(`${place} goes on.`, `It was held back for ${span('lasted')}.`);
    case 'growing-depth':
      return told(`${place} keeps growing: ${text('pending')} messages wait.`, `It gains ${text('slope')} a second while ${text('out')} a second are done with: ${span('work')} of work lies there.`);
    case 'idle-consumer':
      return told(`${text('reader')} has been idle for ${span('idle')} while work is pending.`, why || `${text('pending')} wait in ${place}.`);
    case 'prefetch-hogging':
      return told(`${text('reader')} holds ${text('held')} messages of ${place}, while ${text('idle').replace(/, ([^,]*)$/, ' and $1')} ${text('idle').includes(',') ? 'have' : 'has'} nothing to do.`, why);
    case 'poison-loop':
      return told(`${m} has come back to ${place} ${text('rounds')} times.`, why);
    case 'latency':
      return told(`More than ${Math.round((1 - Number(f['quantile'])) * 1000) / 10} % take longer than ${span('below')} at ${place}.`, `${text('late')} of ${text('all')} did; the slowest took ${span('worst')}.`);
    case 'conservation':
      return told(
        `The books do not balance at ${place}.`,
        `${Object.entries(f)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')}. This is a defect of the model: please report it.`,
      );
    default:
      return told(evidence.check, why);
  }
}
