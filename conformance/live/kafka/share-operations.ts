import type { Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import { type Talk, TOPIC } from './operations.ts';
import { log } from './producer-operations.ts';

const MEMBERS = ['a', 'b'];
const PRODUCER = 'x';

/** A share group: records are acquired, and accepted, released or rejected in ranges. */
export function shareGroup(d: Dice): Talk {
  const { produce } = log(d);
  /** Who has fetched has a share session, in which acknowledgements are sent. */
  const sessions = new Set<string>();
  const at = () => ({ group: 's', topic: TOPIC, partition: 0 });
  const fetches = (): Operation => ({ op: 'shareFetch', member: d.pick(MEMBERS), ...at(), maxRecords: d.between(1, 4), mode: d.pick(['batch_optimized', 'record_limit']) });
  const withSession = (make: (member: string) => Operation) => (): Operation => (sessions.size === 0 ? fetches() : make(d.pick([...sessions])));
  const acknowledge = withSession((member) => {
    const offset = d.below(8);
    return { op: 'acknowledge', member, ...at(), offset, last: offset + d.below(3), type: d.pick(['ACCEPT', 'ACCEPT', 'RELEASE', 'RELEASE', 'RELEASE', 'REJECT', 'RENEW']) };
  });
  const writes = (): Operation => produce({ partition: 0, ...(d.chance(0.3) ? { producer: PRODUCER } : {}) });
  // Without the interval it would matter how much real time has passed.
  const config = { 'share.assignment.interval.ms': '0', 'share.session.timeout.ms': '45000', 'share.auto.offset.reset': 'earliest', ...(d.chance(0.4) ? { 'share.isolation.level': 'read_committed' } : {}), ...(d.chance(0.5) ? { 'share.delivery.count.limit': d.pick(['2', '3']) } : {}) };
  return {
    // Which of several partitions a member gets goes by the topic's id, which is random.
    partitions: 1,
    setup: [{ op: 'advance', ms: 300 }, { op: 'groupConfig', group: 's', config }, { op: 'initProducer', producer: PRODUCER, transactionalId: 'one' }, produce({ partition: 0 }), ...MEMBERS.map((member): Operation => ({ op: 'shareHeartbeat', member, group: 's', topics: [TOPIC], epoch: 0 })), { op: 'advance', ms: 300 }],
    makes: [
      writes,
      fetches,
      fetches,
      fetches,
      acknowledge,
      acknowledge,
      acknowledge,
      withSession((member) => (d.chance(0.3) ? { op: 'endShareSession', member, group: 's', topic: TOPIC } : acknowledge())),
      () => ({ op: 'endTransaction', producer: PRODUCER, commit: d.chance(0.6) }),
      () => ({ op: 'shareHeartbeat', member: d.pick(MEMBERS), group: 's', ...(d.chance(0.3) ? { topics: [TOPIC] } : {}), ...(d.chance(0.2) ? { epoch: d.between(-1, 3) } : {}) }),
    ],
    heard({ op, member }) {
      if (op === 'shareFetch') sessions.add(String(member));
      if (op === 'endShareSession') sessions.delete(String(member));
    },
  };
}
