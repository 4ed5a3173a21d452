import type { Scenario } from '../scenario/document.ts';

/** Question: SQS handed the same message to two functions, and nothing failed. Why? */
export const twoFunctions: Scenario = {
  version: 1,
  title: 'The same message to two functions, and nothing failed',
  description:
    'Uploads become thumbnails. Lambda gathers batches for three seconds; an invocation works on them one after the other, within its timeout, and no call fails. Yet thumbnails are made twice. The visibility timeout is six seconds: from when on does it run, and what lies between? At 24 s it becomes six times the timeout of the function, as AWS advises: when does it end?',
  seed: 13,
  duration: '45s',
  nodes: [
    { id: 'site', kind: 'producer', title: 'Upload page', config: { rate: 4, keys: { count: 500 } } },
    { id: 'uploads', kind: 'sqs.queue', title: 'Uploads', config: { VisibilityTimeout: 6, duplicates: 0 } },
    { id: 'thumbs', kind: 'function', title: 'Thumbnails', config: { concurrency: 20, serviceTime: '1300ms', coldStart: '200ms', timeout: '6s' } },
  ],
  links: [
    { id: 'put', kind: 'publish', from: 'site', to: 'uploads', config: { latency: '5ms' } },
    { id: 'map', kind: 'trigger', from: 'uploads', to: 'thumbs', config: { latency: '5ms', BatchSize: 4, MaximumBatchingWindowInSeconds: 3 } },
  ],
  timeline: [{ at: '24s', by: 'author', do: 'set', on: 'uploads', with: { VisibilityTimeout: 36 } }],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'thumbs' }],
  layout: { site: [0, 60], uploads: [270, 45], thumbs: [680, 0] },
};
