/** What can be done to a running system, as data: buttons, timeline marks, documentation. */
import type { ActionDescriptor } from '../scenario/descriptor.ts';
import type { Field, Fields } from '../scenario/fields.ts';

const NOW = { how: 'live' } as const;
const key: Field = { type: 'text', label: 'Key', help: 'the letter of a key, such as C', maxLength: 4, default: 'A', applies: NOW };
const someKey: Field = { type: 'text', label: 'Key', help: 'the letter of a key; empty = drawn', maxLength: 4, optional: true, applies: NOW };
const count = (fallback: number): Field => ({ type: 'integer', label: 'Count', help: 'how many', min: 1, max: 100_000, default: fallback, applies: NOW });
const action = (name: string, title: string, about: string, per: ActionDescriptor['per'], tone: ActionDescriptor['tone'], fields: Fields = {}, undoneBy?: string): ActionDescriptor => ({ name, title, about, per, tone, fields, ...(undoneBy === undefined ? {} : { undoneBy }) });

export const actions: readonly ActionDescriptor[] = [
  action('crash', 'Kill {on}', 'The process dies now; what it has in work is gone.', 'instance', 'bad', {}, 'restart'),
  action('crash-before-effect', 'Crash {on} before its effect', 'At its next message, just before the effect.', 'instance', 'bad', {}, 'restart'),
  action('crash-after-effect', 'Crash {on} after its effect', 'At its next message, after the effect and before the acknowledgement.', 'instance', 'bad', {}, 'restart'),
  action('crash-before-settle', 'Crash {on} before its ack', 'At its next message, when the work is done and the acknowledgement not yet sent.', 'instance', 'bad', {}, 'restart'),
  action('crash-after-settle', 'Crash {on} after its ack', 'At its next message, once the acknowledgement is sent.', 'instance', 'bad', {}, 'restart'),
  action('restart', 'Restart {on}', 'The process starts again.', 'instance', 'ok'),
  action('lose-next-ack', 'Lose the next ack of {on}', 'The connection breaks just before its next acknowledgement.', 'instance', 'bad'),
  action('slow', 'Slow {on}', 'Service times grow.', 'node', 'bad', { factor: { type: 'number', label: 'Times', help: 'service times are so many times longer', min: 0.1, max: 1000, default: 10, applies: NOW } }, 'normal-speed'),
  action('normal-speed', '{on} at normal speed', 'Service times are as set.', 'node', 'ok'),
  action('outage', 'Cut what {on} needs', 'A dependency is down: all work fails.', 'node', 'bad', {}, 'outage-ends'),
  action('outage-ends', 'The dependency of {on} is back', 'Work succeeds again.', 'node', 'ok'),
  action('poison', 'Poison a key of {on}', 'From now on messages of this key cannot be processed.', 'node', 'bad', { key }, 'unpoison'),
  action('unpoison', 'Cure a key of {on}', 'Messages of this key can be processed again.', 'node', 'ok', { key }),
  action('send', 'Send one from {on}', 'A message by hand.', 'node', 'note', { key: someKey, count: count(1) }),
  action('burst', 'Burst from {on}', 'Many messages at once.', 'node', 'note', { key: someKey, count: count(100) }),
  action('cut', 'Cut {on}', 'Nothing passes this link.', 'link', 'bad', {}, 'mend'),
  action('mend', 'Mend {on}', 'The link works again; what waited goes on.', 'link', 'ok'),
  action('delay', 'Delay {on}', 'Everything on this link takes longer.', 'link', 'bad', { by: { type: 'duration', label: 'By', help: 'added to each hop', min: 0, max: 60e6, default: '200ms', applies: NOW } }, 'undelay'),
  action('undelay', '{on} without delay', 'The link is as fast as set.', 'link', 'ok'),
  action('lossy', 'Make {on} lossy', 'Packets are lost and sent again after a timeout.', 'link', 'bad', { probability: { type: 'number', label: 'Probability', help: 'of losing one packet, 0 to 1', min: 0, max: 1, default: 0.1, applies: NOW } }, 'lossless'),
  action('lossless', '{on} without loss', 'The link loses nothing.', 'link', 'ok'),
];
