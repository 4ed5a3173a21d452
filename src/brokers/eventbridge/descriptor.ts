/** Amazon EventBridge as data: entities, wiring, actions, words. https://docs.aws.amazon.com/eventbridge/latest/userguide/ */
import type { ActionDescriptor, LinkDescriptor, NodeDescriptor, RoomDescriptor } from '../../scenario/descriptor.ts';
import type { Applies, Fields } from '../../scenario/fields.ts';
import { doubts } from './doubts.ts';
import * as settings from './settings.ts';
import { reasons, remedies } from './words.ts';

const { DOC } = settings;
const LIVE: Applies = { how: 'live' };
type Config = Readonly<Record<string, unknown>>;

const bus: NodeDescriptor = {
  kind: 'eventbridge.bus',
  title: 'Event bus',
  about: 'Takes events and sends each to the rules that match it. It keeps nothing.',
  family: 'router',
  stem: 'bus',
  doc: `${DOC}/eb-event-bus.html`,
  shape: () => ({ lanes: 1, labels: 0, width: 290 }),
  badge: () => 'custom event bus',
  actions: [],
  fields: settings.bus,
};
/** What a pattern asks for, in a few letters: the fields it looks at, or its only value. */
export function patternSummary(text: string): string {
  if (text === settings.EVERY_EVENT || text === '') return 'every event';
  const words = text
    .replace(/["{}[\]]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ?([:,]) ?/g, '$1')
    .trim();
  return words.length > 30 ? `${words.slice(0, 29)}…` : words;
}
const rule: NodeDescriptor = {
  kind: 'eventbridge.rule',
  title: 'Rule',
  about: 'Matches events by a pattern and sends them to up to five targets.',
  family: 'router',
  stem: 'rule',
  doc: `${DOC}/eb-rules.html`,
  shape: () => ({ lanes: 1, labels: 0, width: 310, ends: 78 }),
  badge: (c) => patternSummary(typeof c['EventPattern'] === 'string' ? c['EventPattern'] : settings.EVERY_EVENT),
  actions: ['disable-rule', 'enable-rule'],
  fields: settings.rule,
};
const archive: NodeDescriptor = {
  kind: 'eventbridge.archive',
  title: 'Archive',
  about: 'Keeps the events of a bus, to be replayed to it.',
  family: 'router',
  stem: 'archive',
  doc: `${DOC}/eb-archive.html`,
  shape: () => ({ lanes: 1, labels: 0, width: 236 }),
  badge: (c) => (typeof c['RetentionDays'] === 'number' && c['RetentionDays'] > 0 ? `${c['RetentionDays']} days` : 'for ever'),
  actions: ['start-replay', 'cancel-replay'],
  fields: settings.archive,
};
const queue: NodeDescriptor = {
  kind: 'eventbridge.dead-letter-queue',
  title: 'Dead-letter queue',
  about: 'A standard SQS queue, as rules and functions see it: where events lie that could not be delivered.',
  family: 'queue',
  stem: 'dead',
  doc: `${DOC}/eb-rule-dlq.html`,
  badge: (c) => (c['permission'] === false ? 'no permission' : 'SQS standard'),
  actions: ['put-events-again', 'purge-dead-letters'],
  fields: settings.queue,
};
const given = (c: Config, name: string, otherwise: number) => typeof c[name] === 'number' && c[name] !== otherwise;
const denied = (c: Config) => (c['permission'] === false ? ['no permission'] : []);
const publish: LinkDescriptor = {
  kind: 'publish',
  title: 'PutEvents',
  about: 'Puts an event for each message; several may share a request.',
  from: ['producer'],
  to: [bus.kind],
  label: (c) => [String(c['DetailType'] ?? 'order placed'), ...(given(c, 'Entries', 1) ? [`up to ${String(c['Entries'])}`] : [])].join(', '),
  fields: settings.publish,
};
const ofBus: LinkDescriptor = { kind: 'rule', title: 'Rule of a bus', about: 'The rule belongs to this bus.', from: [bus.kind], to: [rule.kind], label: () => '', fields: {} };
const archives: LinkDescriptor = { kind: 'archive', title: 'Archive of a bus', about: 'The archive keeps events of this bus.', from: [bus.kind], to: [archive.kind], label: () => '', fields: {} };
const lambda: LinkDescriptor = {
  kind: 'lambda',
  title: 'Lambda function',
  about: 'Lambda takes each event into the queue of the function and invokes it asynchronously.',
  from: [rule.kind],
  to: ['function'],
  label: (c) => ['asynchronous', ...denied(c)].join(', '),
  fields: settings.lambda,
};
const apiDestination: LinkDescriptor = {
  kind: 'api-destination',
  title: 'API destination',
  about: 'EventBridge calls an HTTP endpoint for each event and waits five seconds for its answer.',
  from: [rule.kind],
  to: ['consumer'],
  label: (c) => [...(given(c, 'InvocationRateLimitPerSecond', 300) ? [`${String(c['InvocationRateLimitPerSecond'])}/s`] : []), ...(given(c, 'MaximumRetryAttempts', 185) ? [`${String(c['MaximumRetryAttempts'])} retries`] : []), ...denied(c)].join(', '),
  fields: settings.apiDestination,
};
const eventBus: LinkDescriptor = { kind: 'event-bus', title: 'Event bus target', about: 'What the rule matches is put on another bus, where it goes no further.', from: [rule.kind], to: [bus.kind], label: (c) => denied(c).join(''), fields: settings.eventBus };
const consume: LinkDescriptor = { kind: 'consume', title: 'Read', about: 'Each instance receives dead messages by long polling and deletes them.', from: [queue.kind], to: ['consumer'], label: () => '', fields: settings.consume };

const action = (name: string, title: string, about: string, tone: ActionDescriptor['tone'], undoneBy?: string, fields: Fields = {}): ActionDescriptor => ({ name, title, about, tone, per: 'node', fields, ...(undoneBy === undefined ? {} : { undoneBy }) });
const instant = (help: string, label: string): Fields[string] => ({ type: 'duration', help, label, min: 0, max: 365 * 86_400e6, optional: true, applies: LIVE });
const words = (help: string): Fields[string] => ({ type: 'text', help, maxLength: 200, optional: true, applies: LIVE });

export const eventbridge: RoomDescriptor = {
  id: 'eventbridge',
  title: 'Amazon EventBridge',
  doc: `${DOC}/eb-what-is.html`,
  versions: 'custom event bus (Classic) with rules and targets, as documented in November 2026; patterns compared with event-ruler 2.0.1',
  nodes: [bus, rule, archive, queue],
  links: [publish, ofBus, archives, lambda, apiDestination, eventBus, consume],
  derived: [{ kind: 'dead-letter', from: rule.kind, field: 'DeadLetterConfig', to: queue.kind, title: 'Dead letters' }],
  whyNot: [
    { from: bus.kind, to: 'consumer', says: 'A bus sends nothing by itself: put a rule between them.' },
    { from: bus.kind, to: 'function', says: 'A bus sends nothing by itself: put a rule between them.' },
    { from: bus.kind, to: bus.kind, says: 'A bus sends to another one by a rule: put one between them.' },
    { from: bus.kind, to: queue.kind, says: 'The dead-letter queue is named by a rule: wire the rule to it.' },
    { from: 'producer', to: rule.kind, says: 'Events are put on a bus; its rules see them there.' },
    { from: 'producer', to: archive.kind, says: 'An archive takes its events from a bus: wire the bus to it.' },
    { from: 'producer', to: queue.kind, says: 'The dead-letter queue is for what EventBridge could not deliver. Put events on a bus.' },
    { from: archive.kind, to: '*', says: 'An archive is not wired to readers: replay it, and its events go to the bus they came from.' },
    { from: queue.kind, to: '*', says: 'The queue is read by a consumer. Its action puts the events on their bus again.' },
    { from: rule.kind, to: archive.kind, says: 'An archive belongs to a bus: wire the bus to it.' },
    { from: rule.kind, to: rule.kind, says: 'A rule does not feed another rule: send to another bus, or let both match.' },
  ],
  doubts,
  actions: [
    action('start-replay', 'Replay {on}', 'Puts archived events on their bus again, minute by minute, in no order, with a replay-name. Rules that had them get them again.', 'note', 'cancel-replay', {
      ReplayName: words('Name that the events carry; empty = the archive and a number.'),
      EventStartTime: instant('Events from this moment of the run on; empty = from the start.', 'EventStartTime'),
      EventEndTime: instant('Events before this moment; empty = until now.', 'EventEndTime'),
      FilterArns: words('Rules that get them, by id; empty = all rules of the bus.'),
    }),
    action('cancel-replay', 'Cancel the replay of {on}', 'What was put stays put.', 'note'),
    action('disable-rule', 'Disable {on}', 'It matches nothing until it is enabled again; what it matched before is still delivered.', 'bad', 'enable-rule'),
    action('enable-rule', 'Enable {on}', 'It matches again, after the propagation delay.', 'ok'),
    action('put-events-again', 'Put the events of {on} again', 'Takes everything out of the queue and puts it on the bus that it came from: every rule that matches gets it.', 'note'),
    action('purge-dead-letters', 'Purge {on}', 'Deletes what lies in the queue.', 'bad'),
  ],
  reasons,
  remedies,
  simplifications: [
    'The newer custom event bus (subscribers, retention, FIFO event groups, deduplication) is another product and not modelled; this is the default bus and Custom Event Bus - Classic.',
    'One account and one Region: no resource policies of buses, no partner sources, no events of AWS services, no global endpoints, no encryption keys (and so no dead-letter queue of the bus), no logs. Permission is a flag of a target and of a queue. A rule is always put with all its settings.',
    'AWS publishes neither the backoff between attempts, nor the rate of a replay, nor the share of duplicates, nor the distribution of its latency: these are settings with plain defaults.',
    'The quota for invocations counts per bus, where AWS counts per account and Region.',
    'A rule may name a dead-letter queue for all its targets; AWS knows one of each target only. Which ERROR_CODE goes with which failure is not documented beyond the names: a target that answers with an error gives ERROR_FROM_TARGET here, one without room THROTTLING.',
    'Scheduled rules and EventBridge Scheduler are left out: a producer at a constant rate is one. Pipes are left out: their sources are other brokers’ queues and streams.',
    'A target answers as HTTP services and Lambda functions do. Other targets (SQS, SNS, Kinesis, Step Functions) belong to other rooms or to none.',
    'An endpoint never sends Retry-After. An HTTP endpoint is a balancer before its instances that chooses the one with the fewest open requests.',
    'The queue of a function is one per rule and target, and never drops or repeats events by itself; a full queue does not slow down its polling.',
    'The Detail of an event is as large as its message, whatever the template says; the template is what rules see.',
    'A dead-letter queue keeps the order of arrival as far as nothing is received twice; real standard queues promise none.',
  ],
};
