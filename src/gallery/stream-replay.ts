import type { Scenario } from '../scenario/document.ts';

/** Question: where does a reader of a stream go on? */
export const streamReplay: Scenario = {
  version: 1,
  title: 'Where does a stream go on?',
  description:
    'Three services read one stream: it keeps what is read, so each gets all of it. At 6 s the ledger and the dashboard crash, and at 8 s they are back. The ledger stores its offset in the stream after every 20 messages; the dashboard asks for what is next. At 12 s somebody wants the dashboard to catch up and sets x-stream-offset to first, but on the wire to Mail. Which of the three does something twice, and which misses something?',
  seed: 7,
  duration: '20s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 12, keys: { count: 500 } } },
    { id: 'rabbit', kind: 'rabbitmq.cluster', title: 'RabbitMQ' },
    { id: 'orders', kind: 'rabbitmq.queue', title: 'Orders', parent: 'rabbit', config: { 'x-queue-type': 'stream' } },
    { id: 'ledger', kind: 'consumer', title: 'Ledger', config: { serviceTime: '20ms' } },
    { id: 'mail', kind: 'consumer', title: 'Mail', config: { serviceTime: '20ms' } },
    { id: 'board', kind: 'consumer', title: 'Dashboard', config: { serviceTime: '20ms' } },
  ],
  links: [
    { id: 'place', kind: 'publish', from: 'shop', to: 'orders', config: { method: 'publish', latency: '2ms' } },
    { id: 'books', kind: 'consume', from: 'orders', to: 'ledger', config: { method: 'subscribe', name: 'ledger', messageCountBeforeStorage: 20, latency: '2ms' } },
    { id: 'mails', kind: 'consume', from: 'orders', to: 'mail', config: { 'x-stream-offset': 'next', latency: '2ms' } },
    { id: 'shows', kind: 'consume', from: 'orders', to: 'board', config: { 'x-stream-offset': 'next', latency: '2ms' } },
  ],
  timeline: [
    { at: '6s', by: 'author', do: 'crash', on: 'ledger/1' },
    { at: '6s', by: 'author', do: 'crash', on: 'board/1' },
    { at: '8s', by: 'author', do: 'restart', on: 'ledger/1' },
    { at: '8s', by: 'author', do: 'restart', on: 'board/1' },
    { at: '12s', by: 'author', do: 'set', on: 'mails', with: { 'x-stream-offset': 'first' } },
  ],
  invariants: [{ check: 'effect-once', on: 'ledger' }, { check: 'effect-once', on: 'mail' }, { check: 'no-loss' }],
  layout: { shop: [0, 180], rabbit: [230, 60, 360, 320], orders: [270, 170], ledger: [680, 0], mail: [680, 190], board: [680, 380] },
};
