import type { Scenario } from '../scenario/document.ts';

/** Question: the work takes three seconds and the lock sixty; why are some jobs done twice? */
export const lockInTheClient: Scenario = {
  version: 1,
  title: 'The lock runs while the event waits',
  description:
    'Forty jobs come at once, and three groups of clients pull them from subscriptions of their own. A job takes 3.2 seconds, and whoever receives it has a lock on it for sixty. The eager clients receive twenty at a time; the modest ones one at a time; the renewing ones twenty as well, but they renew their locks. Whose acknowledgements come too late, and what becomes of the jobs that they acknowledge?',
  seed: 3,
  duration: '150s',
  speed: 4,
  nodes: [
    { id: 'desk', kind: 'producer', title: 'Front desk', config: { rate: 0.1, keys: { count: 400 } } },
    { id: 'jobs', kind: 'event-grid.namespace-topic', title: 'Jobs' },
    { id: 'to-eager', kind: 'event-grid.queue-subscription', title: 'Eager' },
    { id: 'to-modest', kind: 'event-grid.queue-subscription', title: 'Modest' },
    { id: 'to-renewing', kind: 'event-grid.queue-subscription', title: 'Renewing' },
    { id: 'eager', kind: 'consumer', title: 'Eager clients', config: { instances: 3, serviceTime: '3200ms' } },
    { id: 'modest', kind: 'consumer', title: 'Modest clients', config: { instances: 3, serviceTime: '3200ms' } },
    { id: 'renewing', kind: 'consumer', title: 'Renewing clients', config: { instances: 3, serviceTime: '3200ms' } },
  ],
  links: [
    { id: 'post', kind: 'publish', from: 'desk', to: 'jobs', config: { type: 'job.requested', subject: '/jobs/{key}' } },
    { id: 'of-eager', kind: 'subscribe', from: 'jobs', to: 'to-eager' },
    { id: 'of-modest', kind: 'subscribe', from: 'jobs', to: 'to-modest' },
    { id: 'of-renewing', kind: 'subscribe', from: 'jobs', to: 'to-renewing' },
    { id: 'takes', kind: 'consume', from: 'to-eager', to: 'eager', config: { maxEvents: 20 } },
    { id: 'sips', kind: 'consume', from: 'to-modest', to: 'modest', config: { maxEvents: 1 } },
    { id: 'keeps', kind: 'consume', from: 'to-renewing', to: 'renewing', config: { maxEvents: 20, renewEvery: '30s' } },
  ],
  timeline: [
    { at: '500ms', by: 'author', do: 'crash', on: 'eager' },
    { at: '500ms', by: 'author', do: 'crash', on: 'modest' },
    { at: '500ms', by: 'author', do: 'crash', on: 'renewing' },
    { at: '1s', by: 'author', do: 'burst', on: 'desk', with: { count: 40 } },
    { at: '3s', by: 'author', do: 'restart', on: 'eager' },
    { at: '3s', by: 'author', do: 'restart', on: 'modest' },
    { at: '3s', by: 'author', do: 'restart', on: 'renewing' },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'eager' }, { check: 'effect-once', on: 'modest' }, { check: 'effect-once', on: 'renewing' }],
  layout: { desk: [0, 252], jobs: [240, 265], 'to-eager': [490, 0], 'to-modest': [490, 202], 'to-renewing': [490, 404], eager: [870, 12], modest: [870, 214], renewing: [870, 416] },
};
