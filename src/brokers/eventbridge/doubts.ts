/** What the service refuses, or takes although it is probably wrong, although every setting is legal by itself. */
import type { Doubt } from '../../scenario/descriptor.ts';
import type { Scenario, ScenarioLink } from '../../scenario/document.ts';
import { eventPattern } from './pattern.ts';
import { text } from './plan.ts';
import { TARGETS_PER_RULE } from './service.ts';
import { json } from './event.ts';
import { EVERY_EVENT } from './settings.ts';
import { inputTransformer } from './transform.ts';

const TARGETS = ['api-destination', 'lambda', 'event-bus'];

export function doubts(doc: Scenario): Doubt[] {
  const found: Doubt[] = [];
  const kindOf = (id: string) => doc.nodes.find((n) => n.id === id)?.kind ?? '';
  const say = (on: string, says: string) => found.push({ on, says });
  for (const { id, kind, config = {} } of doc.nodes) {
    if (kind !== 'eventbridge.rule' && kind !== 'eventbridge.archive') continue;
    const buses = doc.links.filter((l) => l.to === id && kindOf(l.from) === 'eventbridge.bus');
    const thing = kind === 'eventbridge.rule' ? 'rule' : 'archive';
    if (buses.length === 0) say(id, `It belongs to no bus: wire a bus to the ${thing}.`);
    if (buses.length > 1) say(id, `A${thing === 'rule' ? '' : 'n'} ${thing} belongs to one bus: it hears ${buses[0]?.from} only.`);
    const pattern = text(config['EventPattern'], thing === 'rule' ? EVERY_EVENT : '');
    const size = doc.nodes.find((n) => n.id === buses[0]?.from)?.config?.['eventPatternSize'];
    const parsed = pattern === '' ? undefined : eventPattern(pattern, { size: typeof size === 'number' ? size : 2048 });
    if (parsed && 'refused' in parsed) say(id, `${parsed.name}: ${parsed.text}`);
    if (thing !== 'rule') continue;
    const targets = doc.links.filter((l) => l.from === id && TARGETS.includes(l.kind));
    if (targets.length === 0) say(id, 'It has no target: what it matches goes nowhere.');
    if (targets.length > TARGETS_PER_RULE) say(id, `LimitExceededException: a rule has ${TARGETS_PER_RULE} targets at most; ${targets[TARGETS_PER_RULE]?.to} gets nothing.`);
  }
  for (const link of doc.links) ofLink(link, say, kindOf, doc);
  return found;
}
function ofLink({ id, kind, from, to, config = {} }: ScenarioLink, say: (on: string, says: string) => unknown, kindOf: (id: string) => string, doc: Scenario): void {
  if (kind === 'publish' && kindOf(to) === 'eventbridge.bus') {
    if (text(config['Source']).startsWith('aws.')) say(id, 'NotAuthorizedForSourceException: sources that begin with aws. are reserved.');
    const detail = json(text(config['Detail'], '{}').replaceAll('{key}', 'A').replaceAll('{seq}', '1'));
    if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) say(id, 'MalformedDetail: Detail must be a JSON object.');
  }
  if (!TARGETS.includes(kind) || kindOf(from) !== 'eventbridge.rule') return;
  const transformer = inputTransformer(text(config['InputPathsMap']), text(config['InputTemplate']));
  if ('wrong' in transformer) say(id, `ValidationException: ${transformer.wrong}`);
  if (kind === 'event-bus' && doc.links.some((l) => l.kind === 'rule' && l.from === to && l.to === from)) say(id, 'The rule sends to its own bus: each event comes back once, and then no more.');
  const dead = text(config['DeadLetterConfig']);
  if (dead !== '' && kindOf(dead) !== 'eventbridge.dead-letter-queue') say(id, `DeadLetterConfig names "${dead}", which is no queue: what this target does not get will be lost.`);
  const onFailure = text(config['OnFailure']);
  if (onFailure !== '' && kindOf(onFailure) !== 'eventbridge.dead-letter-queue') say(id, `OnFailure names "${onFailure}", which is no queue: what the function does not manage will be lost.`);
}
