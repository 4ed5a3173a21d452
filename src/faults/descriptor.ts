/** What can be done to a running system, as data: the buttons of the inspector and the vocabulary of the timeline. */
import type { ActionDescriptor, RoomDescriptor } from '../scenario/descriptor.ts';
import type { Applies, Field, Fields } from '../scenario/fields.ts';

const live: Applies = { how: 'live' };
const key: Field = { type: 'text', maxLength: 4, help: 'Name of the key as the canvas shows it: A, B … Z, AA …', applies: live };
const anyKey: Field = { ...key, optional: true, help: 'Name of the key (A, B …); left out, keys are drawn as the producer draws them.' };

const crash = (name: string, title: string, about: string): ActionDescriptor => ({ name, title, about, per: 'instance', fields: {}, undoneBy: 'restart', tone: 'bad' });
const pair = (broken: { readonly name: string; readonly title: string; readonly about: string; readonly fields?: Fields }, mended: { readonly name: string; readonly title: string; readonly about: string; readonly fields?: Fields }, per: ActionDescriptor['per']): ActionDescriptor[] => [
  { ...broken, per, fields: broken.fields ?? {}, undoneBy: mended.name, tone: 'bad' },
  { ...mended, per, fields: mended.fields ?? {}, tone: 'ok' },
];

const actions: readonly ActionDescriptor[] = [
  crash('crash', 'Crash {on}', 'The process is gone at once, with its connection and everything in its memory.'),
  crash('shut-down', 'Shut down {on}', 'The process ends in good order, as in a deploy: it stops its work, closes its connections and says goodbye to its groups.'),
  crash('crash-before-effect', 'Crash {on} before its next effect', 'The next message is worked on and the process dies before the effect is applied: nothing happened, the message comes again.'),
  crash('crash-after-effect', 'Crash {on} after its next effect', 'The process dies right after the next effect is applied, before it settles: the message comes again, and with it the effect.'),
  crash('crash-before-settle', 'Crash {on} before its next settling', 'The work is finished and the process dies before it says so to the broker.'),
  crash('crash-after-settle', 'Crash {on} after its next settling', 'The process dies right after it has told the broker; the telling may still be under way.'),
  { name: 'lose-next-ack', title: 'Lose the next acknowledgement of {on}', about: 'What it tells the broker next about a message never gets there: the broker delivers the message again.', per: 'instance', fields: {}, tone: 'bad' },
  { name: 'restart', title: 'Restart {on}', about: 'Starts a crashed instance again; it connects anew.', per: 'instance', fields: {}, tone: 'ok' },
  ...pair(
    { name: 'slow', title: 'Slow {on} down', about: 'Work takes longer from the next message on, on every instance of the consumer.', fields: { factor: { type: 'number', min: 0.01, max: 1000, default: 10, help: 'Each service time is multiplied by this.', applies: live } } },
    { name: 'normal-speed', title: '{on} at normal speed', about: 'Work takes as long as its settings say.' },
    'node',
  ),
  ...pair({ name: 'outage', title: 'Outage of what {on} depends on', about: 'Every attempt fails while the database or service behind the consumer is down.' }, { name: 'outage-ends', title: 'End the outage of {on}', about: 'What the consumer depends on is back.' }, 'node'),
  ...pair(
    { name: 'poison', title: 'Poison a key at {on}', about: 'At a consumer, work on every message of the key fails; at a producer, every message of the key is made so that work on it fails.', fields: { key } },
    { name: 'unpoison', title: 'Cure a key at {on}', about: 'Work on messages of the key succeeds again; at a producer, new ones are sound.', fields: { key } },
    'node',
  ),
  { name: 'send', title: 'Send one from {on}', about: 'Makes messages now, by hand.', per: 'node', fields: { key: anyKey, count: { type: 'integer', min: 1, max: 10_000, default: 1, help: 'How many.', applies: live } }, tone: 'note' },
  { name: 'burst', title: 'Burst from {on}', about: 'Makes many messages at once.', per: 'node', fields: { key: anyKey, count: { type: 'integer', min: 1, max: 100_000, default: 100, help: 'How many.', applies: live } }, tone: 'note' },
  ...pair({ name: 'stop-node', title: 'Stop {on}', about: 'One node of the cluster goes down at once.' }, { name: 'start-node', title: 'Start {on}', about: 'The node is up again.' }, 'broker-node'),
  ...pair({ name: 'stop-cluster', title: 'Stop all of {on}', about: 'Every node goes down.' }, { name: 'start-cluster', title: 'Start all of {on}', about: 'Every node is up again.' }, 'node'),
  ...pair({ name: 'cut', title: 'Cut {on}', about: 'Nothing gets through, either way. What is under way waits, as it does in TCP, until the peer is given up.' }, { name: 'mend', title: 'Mend {on}', about: 'The link carries again.' }, 'link'),
  ...pair(
    { name: 'delay', title: 'Delay {on}', about: 'Everything on the link takes longer, both ways.', fields: { by: { type: 'duration', min: 0, max: 3600e6, default: '200ms', help: 'Added to the latency of the link.', applies: live } } },
    { name: 'undelay', title: 'End the delay of {on}', about: 'The link has its own latency again.' },
    'link',
  ),
  ...pair(
    { name: 'lossy', title: 'Make {on} lossy', about: 'Packets are lost and sent again, which costs time: a message is late, not gone.', fields: { probability: { type: 'number', min: 0, max: 1, default: 0.1, help: 'Share of what is sent that has to be sent again.', applies: live } } },
    { name: 'lossless', title: '{on} loses nothing', about: 'Packets get through at once again.' },
    'link',
  ),
];

export const faults: RoomDescriptor = {
  id: 'faults',
  title: 'Faults and interventions',
  nodes: [],
  links: [],
  derived: [],
  actions,
  reasons: {},
  remedies: {},
  simplifications: [
    'A process dies as a whole and at once: there is no half-written disk and no slow death.',
    'What a process had written to its connection before it died reaches the broker, as a rule; a system that ends the connection by a reset, because the process had left something unread (RFC 1122, 4.2.2.13), may throw it away. That is left out.',
    'A cut link stops both directions alike.',
  ],
};
