import type { Scenario } from '../scenario/document.ts';

/** Question: two events of one account, 33 ms apart. In which order do they arrive? */
export const thirtyThreeMilliseconds: Scenario = {
  version: 1,
  title: 'Opened, closed, 33 ms apart',
  description:
    'Every two seconds an account is opened and closed again, two events that are 33 ms apart. The bus takes them in that order, and sends each to both views after a time of its own, sixty milliseconds or so. The balance believes what it hears last. The ledger goes by the same wire. How often is a closed account open at the end?',
  seed: 20,
  duration: '40s',
  nodes: [
    { id: 'accounts', kind: 'producer', title: 'Accounts', config: { rate: 30.3, arrivals: 'on-off', onOff: { on: '70ms', off: '1930ms' }, keys: { count: 1 } } },
    { id: 'bus', kind: 'eventbridge.bus', title: 'Account events', config: { duplicates: 0 } },
    { id: 'every', kind: 'eventbridge.rule', title: 'Every event' },
    { id: 'balance', kind: 'consumer', title: 'Balance view', config: { concurrency: 8, serviceTime: '5ms' } },
    { id: 'ledger', kind: 'consumer', title: 'Ledger', config: { concurrency: 8, serviceTime: '5ms' } },
  ],
  links: [
    { id: 'put', kind: 'publish', from: 'accounts', to: 'bus', config: { Source: 'accounts', DetailType: 'account changed', Detail: '{"account":"{key}","step":{seq}}', latency: '5ms' } },
    { id: 'bus-every', kind: 'rule', from: 'bus', to: 'every' },
    { id: 'every-balance', kind: 'api-destination', from: 'every', to: 'balance', config: { latency: '10ms' } },
    { id: 'every-ledger', kind: 'api-destination', from: 'every', to: 'ledger', config: { latency: '10ms' } },
  ],
  invariants: [{ check: 'order', on: 'balance' }, { check: 'order', on: 'ledger' }, { check: 'no-loss' }, { check: 'effect-once' }],
  layout: { accounts: [0, 90], bus: [250, 90], every: [610, 90], balance: [990, 10], ledger: [990, 145] },
};
