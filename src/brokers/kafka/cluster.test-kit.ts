/** A cluster to send requests to in virtual time: saved and loaded after each, so that what is not state is lost. */
import { VirtualClock } from '../virtual-clock.ts';
import { KafkaCluster } from './cluster.ts';
import type { Batch, KafkaEvent, Request, Response } from './protocol.ts';
import { clusterSettings, type Config, topicSettings } from './settings.ts';

/** µs */
const LATENCY = 1000;

export function cluster(config: Config = {}, topic: Config = {}) {
  const clock = new VirtualClock();
  const make = () => new KafkaCluster(clock, clusterSettings({ 'broker.session.timeout.ms': 1000, 'replica.lag.time.max.ms': 2000, 'log.retention.check.interval.ms': 1000, ...config }, LATENCY));
  let kafka = make();
  clock.attach((name, ref) => kafka.timer(name, ref));
  kafka.putTopic('t', topicSettings({ config: { partitions: 1, ...topic } }));
  let correlation = 0;
  const events: KafkaEvent[] = [];
  const drain = () => {
    // Everything goes through a saved copy: what is not in it is not state.
    events.push(...kafka.out.splice(0));
    const next = make();
    next.load(kafka.save());
    kafka = next;
  };
  const ask = (request: Request, broker = request.api === 'Produce' || request.api === 'Fetch' ? (kafka.partition('t', 0)?.leader ?? 0) : -1): number => {
    kafka.handle('c', ++correlation, broker, request);
    drain();
    return correlation;
  };
  const answer = (n: number): Response | undefined => events.flatMap((e) => (e.kind === 'response' && e.correlation === n ? [e.response] : []))[0];
  return {
    get kafka() {
      return kafka;
    },
    events,
    ask,
    answer,
    /** In steps of so many ms. */
    advance: (ms: number, step = 1) => {
      for (let i = 0; i < ms; i += step) {
        clock.advance(step * 1000);
        drain();
      }
    },
    produce: (messages: readonly number[], more: Partial<Batch> & { acks?: 0 | 1 | -1; key?: number; size?: number; broker?: number } = {}) => {
      const { acks = -1, key = 0, size = 100, broker, ...batch } = more;
      return ask({ api: 'Produce', acks, timeout: 5_000_000, batches: [{ topic: 't', partition: 0, producerId: -1, producerEpoch: -1, baseSequence: -1, transactional: false, records: messages.map((message) => ({ message, key, size, time: clock.now() })), ...batch }] }, broker);
    },
    errorOf: (n: number) => {
      const response = answer(n);
      return response?.api === 'Produce' ? response.results[0]?.error : undefined;
    },
    fetch: (offset: number, isolation: 'read_uncommitted' | 'read_committed' = 'read_uncommitted', more: Partial<Extract<Request, { api: 'Fetch' }>> = {}) =>
      ask({ api: 'Fetch', isolation, maxWait: 100_000, minBytes: 1, maxBytes: 1e6, maxPartitionBytes: 1e6, rack: '', partitions: [{ topic: 't', partition: 0, offset }], ...more }),
    messages: (n: number) => {
      const response = answer(n);
      return response?.api === 'Fetch' ? response.results[0]?.records.messages : undefined;
    },
    /** Messages from the offset on, which may lie in several segments: a fetch reads of one. */
    read: (offset: number): readonly number[] => {
      const found: number[] = [];
      for (let from = offset; from < (kafka.partition('t', 0)?.highWatermark ?? 0); ) {
        const response = answer(ask({ api: 'Fetch', isolation: 'read_uncommitted', maxWait: 100_000, minBytes: 1, maxBytes: 1e6, maxPartitionBytes: 1e6, rack: '', partitions: [{ topic: 't', partition: 0, offset: from }] }));
        const [result] = response?.api === 'Fetch' ? response.results : [];
        if (result === undefined || result.next <= from) throw new Error(`nothing is read from ${from} on`);
        found.push(...result.records.messages);
        from = result.next;
      }
      return found;
    },
    init: (transactionalId: string | null, timeout = 60_000_000) => {
      const response = answer(ask({ api: 'InitProducerId', transactionalId, transactionTimeout: timeout }));
      if (response?.api !== 'InitProducerId') throw new Error('no answer');
      return { producerId: response.producerId, producerEpoch: response.producerEpoch };
    },
    end: (transactionalId: string, id: { producerId: number; producerEpoch: number }, commit: boolean) => {
      const response = answer(ask({ api: 'EndTxn', transactionalId, ...id, commit }));
      return response?.api === 'EndTxn' ? response.error : undefined;
    },
  };
}
