import type { Scenario } from '../scenario/document.ts';

/** Question: two members of a chat room were offline for ten seconds. Who has missed something for good, and why? */
export const chatDelivery: Scenario = {
  version: 1,
  title: 'Chat: online now, offline later',
  description:
    'A chat room is a stream, and each member reads it through a group of their own. Ann stays online. At 5 s Ben and Cleo go offline for ten seconds. Ben’s app reads on after the last ID that it had; Cleo’s app begins at $, after the last entry. Every XADD trims the room to 60 entries. At 18 s that becomes 500, and at 20 s Ben goes offline again: what does he miss now?',
  seed: 8,
  duration: '36s',
  nodes: [
    { id: 'writers', kind: 'producer', title: 'Writers', config: { rate: 8, arrivals: 'poisson', keys: { count: 6 }, size: 140 } },
    { id: 'redis', kind: 'redis-streams.server', title: 'Redis' },
    { id: 'room', kind: 'redis-streams.stream', title: 'Chat room', parent: 'redis' },
    { id: 'for-ann', kind: 'redis-streams.group', title: 'Ann', parent: 'redis' },
    { id: 'for-ben', kind: 'redis-streams.group', title: 'Ben', parent: 'redis' },
    { id: 'for-cleo', kind: 'redis-streams.group', title: 'Cleo', parent: 'redis' },
    { id: 'ann', kind: 'consumer', title: 'Ann’s phone', config: { serviceTime: '5ms' } },
    { id: 'ben', kind: 'consumer', title: 'Ben’s phone', config: { serviceTime: '5ms' } },
    { id: 'cleo', kind: 'consumer', title: 'Cleo’s laptop', config: { serviceTime: '5ms' } },
  ],
  links: [
    { id: 'says', kind: 'publish', from: 'writers', to: 'room', config: { latency: '15ms', MAXLEN: 60, trim: '=' } },
    { id: 'of-ann', kind: 'read', from: 'room', to: 'for-ann' },
    { id: 'of-ben', kind: 'read', from: 'room', to: 'for-ben' },
    { id: 'of-cleo', kind: 'read', from: 'room', to: 'for-cleo' },
    { id: 'anns', kind: 'consume', from: 'for-ann', to: 'ann', config: { latency: '40ms', COUNT: 20, BLOCK: 5000 } },
    { id: 'bens', kind: 'consume', from: 'for-ben', to: 'ben', config: { latency: '40ms', COUNT: 20, BLOCK: 5000 } },
    { id: 'cleos', kind: 'consume', from: 'for-cleo', to: 'cleo', config: { latency: '40ms', COUNT: 20, BLOCK: 5000 } },
  ],
  timeline: [
    { at: '5s', by: 'author', do: 'crash', on: 'ben' },
    { at: '5s', by: 'author', do: 'crash', on: 'cleo' },
    { at: '15s', by: 'author', do: 'restart', on: 'ben' },
    { at: '15s', by: 'author', do: 'xgroup-setid', on: 'for-cleo', with: { id: '$' } },
    { at: '15s', by: 'author', do: 'restart', on: 'cleo' },
    { at: '18s', by: 'author', do: 'set', on: 'says', with: { MAXLEN: 500 } },
    { at: '20s', by: 'author', do: 'crash', on: 'ben' },
    { at: '30s', by: 'author', do: 'restart', on: 'ben' },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'order', on: 'ben' }, { check: 'latency', on: 'ann', quantile: 0.99, below: '500ms' }],
  layout: { writers: [0, 257], redis: [230, 0, 704, 595], room: [260, 257], 'for-ann': [588, 40], 'for-ben': [588, 220], 'for-cleo': [588, 400], ann: [980, 65], ben: [980, 245], cleo: [980, 425] },
};
