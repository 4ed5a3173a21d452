import type { Scenario } from '../scenario/document.ts';

/** Question: the dead-letter queue is full of messages that the code never saw. Who received them? */
export const neverSeen: Scenario = {
  version: 1,
  title: 'The DLQ is full of messages my code never saw',
  description:
    'The function may run twice at a time, so as to spare the database. At 3 s ninety reports are asked for at once. Lambda reads the queue with five pollers and calls the function with what it has received; what finds no room comes back when its visibility timeout is over. No call fails. Why are there dead letters, and what does the counter count? At 26 s the mapping is limited instead (MaximumConcurrency 2), and at 28 s the dead letters are redriven.',
  seed: 15,
  duration: '60s',
  nodes: [
    { id: 'desk', kind: 'producer', title: 'Report desk', config: { rate: 1, keys: { count: 300 } } },
    { id: 'reports', kind: 'sqs.queue', title: 'Reports', config: { VisibilityTimeout: 4, deadLetterTargetArn: 'dead', maxReceiveCount: 3, duplicates: 0 } },
    { id: 'dead', kind: 'sqs.queue', title: 'Dead letters' },
    { id: 'build', kind: 'function', title: 'Report builder', config: { concurrency: 2, serviceTime: '400ms', coldStart: '300ms', timeout: '4s' } },
  ],
  links: [
    { id: 'ask', kind: 'publish', from: 'desk', to: 'reports', config: { latency: '5ms' } },
    { id: 'map', kind: 'trigger', from: 'reports', to: 'build', config: { latency: '5ms', BatchSize: 5 } },
  ],
  timeline: [
    { at: '3s', by: 'author', do: 'burst', on: 'desk', with: { count: 90 } },
    { at: '26s', by: 'author', do: 'set', on: 'map', with: { MaximumConcurrency: 2 } },
    { at: '28s', by: 'author', do: 'start-message-move-task', on: 'dead', with: { MaxNumberOfMessagesPerSecond: 10 } },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'build' }],
  layout: { desk: [0, 40], reports: [270, 30], dead: [440, 220], build: [680, 20] },
};
