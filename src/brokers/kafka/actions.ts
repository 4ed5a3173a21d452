/** What an operator, or a fault, does to a running cluster and its clients. */
import type { KafkaRoom } from './room.ts';
import type { KafkaReceiver } from './receiver.ts';
import { nameOf } from './site.ts';

/** @returns what was done, in words; undefined when this is no action of this cluster */
export function act(room: KafkaRoom, action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
  const { cluster } = room;
  const topic = room.topology.nodes.find((n) => n.id === on && n.kind === 'kafka.topic');
  if (topic) return onTopic(room, action, nameOf(topic), parameters);
  const producer = [...room.producers.values()].find((p) => p.client.client === on || p.client.link === on);
  if (producer && action === 'abort-transaction') return producer.abort() ? 'The open transaction is aborted.' : 'No transaction is open.';
  const readers = room.readers(on);
  if (readers.length > 0) return onReaders(readers, action, parameters);
  if (on !== room.id && !on.startsWith(`${room.id}/`)) return undefined;
  const broker = Number(/\/node-(\d+)$/.exec(on)?.[1] ?? 0) - 1;
  switch (action) {
    case 'stop-node':
      cluster.nodes.kill(broker);
      return `${on} was killed.`;
    case 'shut-down-node':
      cluster.nodes.shutDown(broker);
      return `${on} was shut down in good order.`;
    case 'start-node':
      cluster.nodes.start(broker);
      return `${on} started.`;
    case 'stall-replication':
    case 'replication-resumes':
      cluster.nodes.stall(broker, action === 'stall-replication');
      return `${on} ${action === 'stall-replication' ? 'no longer replicates' : 'replicates again'}.`;
    case 'freeze-node':
    case 'node-goes-on':
      cluster.nodes.freeze(broker, action === 'freeze-node');
      return `${on} ${action === 'freeze-node' ? 'stands still' : 'goes on'}.`;
    case 'stop-cluster':
    case 'start-cluster':
      for (let b = 0; b < cluster.nodes.count; b++) {
        if (action === 'stop-cluster') cluster.nodes.kill(b);
        else cluster.nodes.start(b);
        if (action === 'start-cluster') cluster.nodes.stall(b, false);
        if (action === 'start-cluster') cluster.nodes.freeze(b, false);
      }
      return `Every broker of ${on} ${action === 'stop-cluster' ? 'was killed' : 'runs'}.`;
    default:
      return undefined;
  }
}
function onReaders(readers: readonly KafkaReceiver[], action: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
  if (action === 'lose-next-ack') {
    const acknowledges = readers.map((reader) => reader.loseNext());
    return acknowledges.includes(true) ? 'The next acknowledgement is lost with its connection, and the share session with it: what the consumer holds is given to others.' : 'The next commit is lost with its connection: commitSync sends it again, an asynchronous or automatic one does not.';
  }
  const to = parameters['to'] === 'latest' ? 'latest' : 'earliest';
  const asked = readers.filter((reader) => (action === 'seek' ? reader.seek(to) : action === 'pause' || action === 'resume' ? reader.pause(action === 'pause') : false));
  if (asked.length === 0) return action === 'seek' || action === 'pause' || action === 'resume' ? 'A share consumer has no positions.' : undefined;
  if (action === 'seek') return `It goes on at the ${to === 'earliest' ? 'beginning' : 'end'} of its partitions.`;
  return action === 'pause' ? 'Its partitions are paused: poll() gives out nothing.' : 'Its partitions are resumed.';
}
function onTopic(room: KafkaRoom, action: string, name: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
  const { cluster } = room;
  if (action === 'refuse-next-produce') {
    cluster.refuseNext(name);
    return `The next produce request to ${name} is refused.`;
  }
  if (action !== 'reset-offsets') return undefined;
  const earliest = parameters['to'] !== 'latest';
  const partitions = cluster.topic(name)?.partitions ?? [];
  const offsets = partitions.map((p) => ({ topic: name, partition: p.index, offset: earliest ? p.log.start : p.highWatermark }));
  const group = String(parameters['group'] ?? '');
  return cluster.coordinator.resetOffsets(group, offsets, !earliest) ? `${group} begins at the ${earliest ? 'earliest' : 'latest'} offset.` : `Assignments can only be reset if the group '${group}' is inactive.`;
}
