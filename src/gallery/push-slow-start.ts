import type { Scenario } from '../scenario/document.ts';

const RULES = { ackLost: 0, overtaken: 0 };
const DEAD_LETTERS = { deadLetterTopic: 'failed', maxDeliveryAttempts: 5 };

/** Question: the function could take fifty calls at once; why does it get three? And who burns five attempts in two seconds? */
export const pushSlowStart: Scenario = {
  version: 1,
  title: 'Push begins slowly, and pull retries at once',
  description:
    'Thirty photos a second go to three subscriptions. Push calls a function that could run fifty times at once: it begins with three requests and takes one more with each success, while environments start cold. Two services pull. From 10 s to 14 s the database behind all three is down. Index gets what failed again at once, Mail after two seconds and more. Five attempts, then the dead letters: whose photos go there?',
  seed: 29,
  duration: '40s',
  nodes: [
    { id: 'phones', kind: 'producer', title: 'Phones', config: { rate: 30, arrivals: 'poisson', keys: { count: 100_000 } } },
    { id: 'photos', kind: 'google-pubsub.topic', title: 'Photos' },
    { id: 'to-thumbs', kind: 'google-pubsub.subscription', title: 'Thumbnails', config: { ...RULES, ...DEAD_LETTERS, deliveryType: 'Push' } },
    { id: 'to-index', kind: 'google-pubsub.subscription', title: 'Index', config: { ...RULES, ...DEAD_LETTERS } },
    { id: 'to-mail', kind: 'google-pubsub.subscription', title: 'Mail', config: { ...RULES, ...DEAD_LETTERS, minimumBackoff: '2s', maximumBackoff: '60s' } },
    { id: 'thumbs', kind: 'function', title: 'Thumbnail function', config: { concurrency: 50, serviceTime: '300ms', coldStart: '1500ms' } },
    { id: 'index', kind: 'consumer', title: 'Index service', config: { concurrency: 50, serviceTime: '300ms' } },
    { id: 'mail', kind: 'consumer', title: 'Mail service', config: { concurrency: 50, serviceTime: '300ms' } },
    { id: 'failed', kind: 'google-pubsub.topic', title: 'Dead letters' },
    { id: 'kept', kind: 'google-pubsub.subscription', title: 'Kept for a person' },
  ],
  links: [
    { id: 'upload', kind: 'publish', from: 'phones', to: 'photos', config: { latency: '20ms' } },
    { id: 'of-thumbs', kind: 'attach', from: 'photos', to: 'to-thumbs' },
    { id: 'of-index', kind: 'attach', from: 'photos', to: 'to-index' },
    { id: 'of-mail', kind: 'attach', from: 'photos', to: 'to-mail' },
    { id: 'of-failed', kind: 'attach', from: 'failed', to: 'kept' },
    { id: 'calls', kind: 'consume', from: 'to-thumbs', to: 'thumbs', config: { latency: '20ms' } },
    { id: 'indexes', kind: 'consume', from: 'to-index', to: 'index', config: { latency: '20ms' } },
    { id: 'mails', kind: 'consume', from: 'to-mail', to: 'mail', config: { latency: '20ms' } },
  ],
  timeline: [
    { at: '10s', by: 'author', do: 'outage', on: 'thumbs' },
    { at: '10s', by: 'author', do: 'outage', on: 'index' },
    { at: '10s', by: 'author', do: 'outage', on: 'mail' },
    { at: '14s', by: 'author', do: 'outage-ends', on: 'thumbs' },
    { at: '14s', by: 'author', do: 'outage-ends', on: 'index' },
    { at: '14s', by: 'author', do: 'outage-ends', on: 'mail' },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'dead-lettered', on: 'to-index' }, { check: 'dead-lettered', on: 'to-mail' }, { check: 'latency', on: 'thumbs', quantile: 0.9, below: '3s' }],
  layout: { phones: [0, 232], photos: [230, 245], 'to-thumbs': [446, 40], 'to-index': [446, 236], 'to-mail': [446, 366], thumbs: [836, 0], index: [836, 255], mail: [836, 381], failed: [530, 524], kept: [836, 504] },
};
