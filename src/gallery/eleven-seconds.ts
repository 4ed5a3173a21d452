import type { Scenario } from '../scenario/document.ts';

const RULES = { ackLost: 0, overtaken: 0, uncounted: 0 };

/** Question: why does work of eleven seconds on a deadline of ten never end, and why does one late message bring its whole ordering key back? */
export const elevenSeconds: Scenario = {
  version: 1,
  title: 'Eleven seconds of work, ten seconds of deadline',
  description:
    'Eight scans of one parcel come at once, and four services get them. Labels and Ledger work for eleven seconds, and nobody extends the ack deadline of ten: every message is delivered again while its first handler is still at it. At Ledger, with exactly-once delivery, the late acknowledgement is refused, so it never ends. Archive takes as long, but its client library extends the deadline. Routing needs less than two seconds, one scan after the other because they have an ordering key; the last of them wait longer than ten seconds in the client, and with the first that runs out everything after it comes again.',
  seed: 19,
  duration: '40s',
  drain: '20s',
  speed: 2,
  nodes: [
    { id: 'scanner', kind: 'producer', title: 'Scanner', config: { arrivals: 'bursts', burst: { size: 8, every: '60s' }, keys: { count: 1 } } },
    { id: 'scans', kind: 'google-pubsub.topic', title: 'Scans' },
    { id: 'labels', kind: 'google-pubsub.subscription', title: 'Labels', config: RULES },
    { id: 'ledger', kind: 'google-pubsub.subscription', title: 'Ledger', config: { ...RULES, enableExactlyOnceDelivery: true } },
    { id: 'archive', kind: 'google-pubsub.subscription', title: 'Archive', config: RULES },
    { id: 'routing', kind: 'google-pubsub.subscription', title: 'Routing', config: { ...RULES, enableMessageOrdering: true } },
    { id: 'print', kind: 'consumer', title: 'Label printer', config: { concurrency: 8, serviceTime: '11s', effectAt: 0.2 } },
    { id: 'book', kind: 'consumer', title: 'Booking', config: { concurrency: 8, serviceTime: '11s', effectAt: 0.2 } },
    { id: 'store', kind: 'consumer', title: 'Archive service', config: { concurrency: 8, serviceTime: '11s', effectAt: 0.2 } },
    { id: 'route', kind: 'consumer', title: 'Route planner', config: { concurrency: 8, serviceTime: '1900ms' } },
  ],
  links: [
    { id: 'scan', kind: 'publish', from: 'scanner', to: 'scans', config: { orderingKey: '{key}', latency: '20ms' } },
    { id: 'of-labels', kind: 'attach', from: 'scans', to: 'labels' },
    { id: 'of-ledger', kind: 'attach', from: 'scans', to: 'ledger' },
    { id: 'of-archive', kind: 'attach', from: 'scans', to: 'archive' },
    { id: 'of-routing', kind: 'attach', from: 'scans', to: 'routing' },
    { id: 'prints', kind: 'consume', from: 'labels', to: 'print', config: { latency: '20ms', method: 'Pull' } },
    { id: 'books', kind: 'consume', from: 'ledger', to: 'book', config: { latency: '20ms', MaxExtension: '0s' } },
    { id: 'stores', kind: 'consume', from: 'archive', to: 'store', config: { latency: '20ms' } },
    { id: 'routes', kind: 'consume', from: 'routing', to: 'route', config: { latency: '20ms', MaxExtension: '0s' } },
  ],
  timeline: [],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'store' }, { check: 'effect-once', on: 'print' }],
  layout: { scanner: [0, 221], scans: [234, 234], labels: [462, 0], ledger: [462, 138], archive: [462, 276], routing: [462, 414], print: [872, 0], book: [872, 138], store: [872, 276], route: [872, 414] },
};
