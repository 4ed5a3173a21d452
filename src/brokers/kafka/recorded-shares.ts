import type { AcknowledgeType } from './group/share-state.ts';
import type { TopicPartition } from './protocol.ts';
import { type JsonObject, number, object, type Operation, outcome, settingOf, text } from './recorded.ts';
import type { RecordedCluster } from './recorded-cluster.ts';
import type { Producing } from './recorded-producing.ts';
import { refusalOfGroupConfig } from './recorded-settings.ts';
import { groupSettings, shareGroupConfig } from './settings.ts';

const atOf = (operation: Operation): TopicPartition => ({ topic: text(operation['topic']), partition: number(operation['partition']) });
const memberOf = (operation: Operation) => ({ group: text(operation['group']), memberId: text(operation['member']) });
const sessionOf = (operation: Operation) => `${text(operation['member'])} share`;
const keyOf = (operation: Operation) => `${text(operation['group'])} ${text(operation['topic'])} ${number(operation['partition'])}`;
/** ms that the recorded members wait for records */
const WAIT = 200;

/** Recorded members of share groups: what they acquire and acknowledge. */
export class Sharing {
  readonly #node: RecordedCluster;
  readonly #producing: Producing;
  /** Start offsets as they were written down, by group and topic. */
  readonly #written = new Map<string, number>();

  /** Epochs that members say next, and sessions that leaders know, by member and leader. */
  readonly #epochs = new Map<string, number>();
  readonly #sessions = new Set<string>();
  /** Settings of groups, of either protocol in which the coordinator assigns. */
  readonly #configs = new Map<string, JsonObject>();

  constructor(node: RecordedCluster, producing: Producing) {
    this.#node = node;
    this.#producing = producing;
  }
  configure(operation: Operation): JsonObject {
    const group = text(operation['group']);
    const given = { ...this.#configs.get(group), ...object(operation['config']) };
    const refused = refusalOfGroupConfig(given, this.#node.cluster.nodes.count);
    if (refused !== null) return { error: refused };
    const config = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, settingOf(value)]));
    this.#configs.set(group, given);
    this.#node.cluster.shares.configure(group, shareGroupConfig(config));
    this.#node.cluster.coordinator.configure(group, groupSettings(config));
    return { ok: true };
  }
  /** The epoch of a member's share session that comes next, on the leader of its partition: 0 makes one. */
  #epochAndNext(operation: Operation): number {
    const key = this.#sessionKey(operation);
    const epoch = this.#epochs.get(key) ?? 0;
    this.#epochs.set(key, epoch + 1);
    return epoch;
  }
  #sessionKey(operation: Operation): string {
    const { topic, partition } = atOf(operation);
    return `${text(operation['member'])} ${this.#node.cluster.partition(topic, partition)?.leader ?? -1}`;
  }
  fetch(operation: Operation): JsonObject {
    const session = this.#sessionKey(operation);
    if (this.#epochAndNext(operation) === 0) this.#sessions.add(session);
    else if (!this.#sessions.has(session)) return { error: 'SHARE_SESSION_NOT_FOUND' };
    const { topic, partition } = atOf(operation);
    if (this.#node.cluster.partition(topic, partition) === undefined) return { error: this.#node.cluster.topic(topic) === undefined ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION' };
    const limits = { maxWait: WAIT * 1000, minBytes: 1, maxBytes: 52_428_800, maxRecords: number(operation['maxRecords'], 500) };
    const mode = operation['mode'] === 'record_limit' ? 'record_limit' : 'batch_optimized';
    const request = { api: 'ShareFetch' as const, ...memberOf(operation), ...limits, mode, round: 0, partitions: [atOf(operation)], acknowledgements: [] } as const;
    let answer = this.#node.ask(0, request, 'ShareFetch', 0, sessionOf(operation));
    // Whoever was given nothing but offsets without a record comes again, and so does whoever waited in vain.
    while (answer !== undefined && answer.records.length === 0 && answer.gaps.length > 0 && operation['once'] !== true) answer = this.#node.ask(0, request, 'ShareFetch', 0, sessionOf(operation));
    this.#node.forget(sessionOf(operation));
    if (answer !== undefined && answer.error !== 'NONE') return { error: answer.error };
    const records = (answer?.records ?? []).map(({ offset, message, attempt }) => ({ offset, value: this.#producing.written(message).value, deliveryCount: attempt }));
    return { records: operation['count'] === true ? records.length : records };
  }
  acknowledge(operation: Operation): JsonObject {
    if (this.#epochAndNext(operation) === 0) return { error: 'INVALID_SHARE_SESSION_EPOCH' };
    if (!this.#sessions.has(this.#sessionKey(operation))) return { error: 'SHARE_SESSION_NOT_FOUND' };
    const first = number(operation['offset']);
    if (number(operation['last'], first) < first) return { error: 'INVALID_REQUEST' };
    const type = text(operation['type']) as AcknowledgeType;
    const acknowledgements = Array.from({ length: number(operation['last'], first) - first + 1 }, (_, i) => ({ ...atOf(operation), offset: first + i, type }));
    const before = this.#startOffset(operation);
    const answer = this.#node.ask(0, { api: 'ShareAcknowledge', ...memberOf(operation), acknowledgements }, 'ShareAcknowledge', 0, sessionOf(operation));
    const error = answer?.acknowledged[0]?.error ?? null;
    if (error === null) this.#written.set(keyOf(operation), before);
    return outcome(error);
  }
  end(operation: Operation): JsonObject {
    this.#epochs.delete(this.#sessionKey(operation));
    if (!this.#sessions.delete(this.#sessionKey(operation))) return { error: 'SHARE_SESSION_NOT_FOUND' };
    this.#node.send(0, { api: 'ShareSessionEnd', ...memberOf(operation) }, () => undefined, sessionOf(operation));
    return { ok: true };
  }
  /** What is told is what was written with the last acknowledgement, which is where the group began before that moved it on; -1 before the first. */
  startOffset(operation: Operation): JsonObject {
    return { startOffset: this.#written.get(keyOf(operation)) ?? -1 };
  }
  #startOffset(operation: Operation): number {
    return this.#node.cluster.shares.startOffset(text(operation['group']), atOf(operation));
  }
}
