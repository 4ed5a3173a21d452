/** The producer as the document, the palette and the inspector know it. */
import { micros } from '../base/time.ts';
import type { NodeDescriptor } from '../scenario/descriptor.ts';
import { type Config, count, live, of, publishRetry, span } from './settings.ts';

const rounded = (n: number) => Number(n.toPrecision(3));

function burstRate(config: Config): number {
  const burst = of(config, 'burst');
  const every = typeof burst['every'] === 'string' ? burst['every'] : '10s';
  return (count(burst, 'size', 100) * 1e6) / Math.max(1, micros(every));
}
function arrivalsBadge(config: Config): string {
  const rate = rounded(count(config, 'rate', 10));
  switch (config['arrivals']) {
    case 'by-hand':
      return 'by hand';
    case 'bursts':
      return `${count(of(config, 'burst'), 'size', 100)} every ${String(of(config, 'burst')['every'] ?? '10s')}`;
    case 'ramp':
      return `${rate} → ${rounded(count(of(config, 'ramp'), 'to', 100))}/s`;
    case 'on-off':
      return `${rate}/s on and off`;
    default:
      return `${rate}/s`;
  }
}

export const producer: NodeDescriptor = {
  kind: 'producer',
  title: 'Producer',
  about: 'Makes messages and publishes each on every publish wire.',
  family: 'producer',
  stem: 'producer',
  badge: arrivalsBadge,
  load: (config) => {
    if (config['arrivals'] === 'by-hand') return 0;
    if (config['arrivals'] === 'bursts') return burstRate(config);
    const rate = count(config, 'rate', 10);
    return config['arrivals'] === 'ramp' ? Math.max(rate, count(of(config, 'ramp'), 'to', 100)) : rate;
  },
  actions: ['send', 'burst', 'poison', 'unpoison'],
  fields: {
    rate: { type: 'number', min: 0, max: 100_000, default: 10, unit: '/s', help: 'Messages a second; of a ramp, where it begins.', applies: live, group: 'Arrivals', when: { field: 'arrivals', is: ['constant', 'poisson', 'on-off', 'ramp'] } },
    arrivals: {
      type: 'choice',
      options: ['constant', 'poisson', 'bursts', 'on-off', 'ramp', 'by-hand'],
      default: 'constant',
      help: 'When the next message comes: evenly, at random as independent people would, many at once, on and off, faster and faster, or only when somebody sends one.',
      applies: live,
      group: 'Arrivals',
    },
    burst: {
      type: 'record',
      help: 'So many messages at once, every so often.',
      applies: live,
      group: 'Arrivals',
      when: { field: 'arrivals', is: ['bursts'] },
      fields: {
        size: { type: 'integer', min: 1, max: 100_000, default: 100, help: 'Messages in one burst.', applies: live },
        every: span('From the start of one burst to the start of the next.', '10s', { min: 1000 }),
      },
    },
    onOff: {
      type: 'record',
      label: 'on / off',
      help: 'The rate while on, nothing while off.',
      applies: live,
      group: 'Arrivals',
      when: { field: 'arrivals', is: ['on-off'] },
      fields: { on: span('How long messages come.', '5s', { min: 1000 }), off: span('How long none come.', '5s') },
    },
    ramp: {
      type: 'record',
      help: 'The rate grows or falls evenly, then stays.',
      applies: live,
      group: 'Arrivals',
      when: { field: 'arrivals', is: ['ramp'] },
      fields: {
        to: { type: 'number', min: 0, max: 100_000, default: 100, unit: '/s', help: 'The rate at its end.', applies: live },
        over: span('How long it takes.', '30s', { min: 1000 }),
      },
    },
    limit: { type: 'integer', min: 0, max: 1_000_000_000, optional: true, help: 'Messages in all; left out, there is no end.', applies: live, group: 'Arrivals' },
    keys: {
      type: 'record',
      help: 'What messages are about: orders of one customer, readings of one sensor. Order matters within a key.',
      applies: live,
      group: 'Messages',
      fields: {
        count: { type: 'integer', min: 1, max: 100_000, default: 20, help: 'How many different keys there are.', applies: live },
        skew: { type: 'number', min: 0, max: 3, default: 0, help: 'How unevenly they are used (Zipf): 0 = all alike, 1 = the first key twice as often as the second, three times as often as the third.', applies: live },
      },
    },
    size: { type: 'integer', min: 0, max: 16_777_216, default: 512, unit: 'bytes', help: 'Body of a message.', applies: live, group: 'Messages' },
    priority: { type: 'integer', min: 0, max: 255, optional: true, help: 'Priority that the messages carry; it counts where a queue knows priorities.', applies: live, group: 'Messages' },
    pushback: {
      type: 'choice',
      options: ['block', 'buffer', 'drop'],
      default: 'block',
      help: 'What it does while the broker takes no more: wait and make no new messages, keep them in memory up to a limit, or throw new ones away.',
      applies: live,
      group: 'When the broker says no',
    },
    bufferLimit: { type: 'integer', min: 1, max: 1_000_000, default: 1000, label: 'buffer', help: 'Messages kept in memory at most; what comes after is thrown away.', applies: live, group: 'When the broker says no', when: { field: 'pushback', is: ['buffer'] } },
    ...publishRetry(0),
  },
};
