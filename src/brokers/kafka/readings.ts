/**
 * Who has read what: one copy per record and group, from the moment the broker answers for the record. The history speaks of
 * these; a log by itself has no custody to end.
 */
import type { Depth, RoomHost } from '../contract.ts';
import { type End, GroupReading, type GroupReadingState, type Handed } from './group-reading.ts';

export interface ReadingsState {
  readonly groups: readonly GroupReadingState[];
  readonly forwarded: readonly (readonly [number, number])[];
}

export class Readings {
  private groups: GroupReading[] = [];
  /** The same by topic. */
  private byTopic = new Map<string, readonly GroupReading[]>();
  /** Messages on their way to another topic: the entry that gave them up. */
  private forwarded = new Map<number, number>();
  private readonly host: RoomHost;
  /** Node of a topic's name. */
  private readonly nodeOf: (topic: string) => string;
  constructor(host: RoomHost, nodeOf: (topic: string) => string) {
    this.host = host;
    this.nodeOf = nodeOf;
  }
  /** The address of what a group has to read in a topic: "orders@billing". */
  placeOf(topic: string, group: string): string {
    return `${this.nodeOf(topic)}@${group}`;
  }
  /** Groups that read, as the document has them; a group that is gone gives up what it had not read. */
  reconcile(wanted: readonly { readonly group: string; readonly topic: string; readonly committedOnly: boolean }[], ends: (topic: string) => readonly number[]): void {
    const same = (a: { group: string; topic: string }) => (b: { group: string; topic: string }) => a.group === b.group && a.topic === b.topic;
    for (const gone of this.groups.filter((g) => !wanted.some(same(g)))) gone.abandon('kafka.group_gone');
    const groups = this.groups.filter((g) => wanted.some(same(g)));
    for (const { group, topic, committedOnly } of wanted) {
      let known = groups.find(same({ group, topic }));
      if (!known) groups.push((known = new GroupReading({ group, topic, place: this.placeOf(topic, group) }, committedOnly, this.host)));
      known.committedOnly = committedOnly;
      known.grow(ends(topic));
    }
    this.setGroups(groups);
  }
  /** The broker answers for a record. */
  accepted(topic: string, partition: number, offset: number, message: number, transactional: boolean): void {
    const readers = this.readersOf(topic);
    let visible = 0;
    for (const reader of readers) if (reader.sees(transactional)) visible++;
    const entry = this.host.write('accepted', message, -1, this.nodeOf(topic), undefined, -1, undefined, this.forwarded.get(message) ?? -1, visible);
    this.forwarded.delete(message);
    for (const reader of readers) reader.accepted(partition, offset, message, transactional, entry);
  }
  /** A transaction ended: its records are there for all, or for nobody who reads committed ones. */
  transactionEnded(topic: string, partition: number, offsets: readonly number[], how: 'commit' | 'abort', by: string): void {
    const entry = this.host.record(how === 'commit' ? 'committed' : 'aborted', { place: this.nodeOf(topic), actor: by, detail: offsets.length, reason: `kafka.transaction_${how === 'commit' ? 'committed' : 'aborted'}` });
    for (const reader of this.readersOf(topic)) for (const offset of offsets) reader.revealed(partition, offset, how, entry);
  }
  /** A record is handed to the application by poll(). */
  delivered(group: string, topic: string, partition: number, offset: number, message: number, actor: string): Handed {
    return this.of(group, topic)?.delivered(partition, offset, message, actor) ?? { copy: -1, attempt: 1, entry: -1 };
  }
  /** The group's offset was committed: everything below is done with, whether it was worked on or not. */
  committed(group: string, topic: string, partition: number, offset: number, reason: string): void {
    this.of(group, topic)?.doneBefore(partition, offset, reason, 'kafka.skipped');
  }
  /** A member begins to read at `offset`: what it was handed before and did not commit comes again. @param skipped why what lies below is never read */
  position(group: string, topic: string, partition: number, offset: number, again: string, skipped: string, messages: (offset: number) => number | undefined): void {
    this.of(group, topic)?.position(partition, offset, again, skipped, messages);
  }
  /** The reader gives up on a record that it was handed: whatever is committed, it is done with. */
  givenUp(group: string, topic: string, partition: number, offset: number, message: number, how: 'dead-lettered' | 'dropped', reason: string): void {
    const entry = this.of(group, topic)?.end(partition, offset, how, reason);
    if (entry !== undefined && how === 'dead-lettered') this.forwarded.set(message, entry);
  }
  /** What is handed out of one record now; undefined when nothing is. */
  inHand(group: string, topic: string, partition: number, offset: number): Handed | undefined {
    return this.of(group, topic)?.inHand(partition, offset);
  }
  /** A share group is done with everything before; what is still in hands there stays until its holder is. */
  movedOn(group: string, topic: string, partition: number, offset: number): void {
    this.of(group, topic)?.movedOn(partition, offset, 'kafka.skipped');
  }
  /** A share group's record was acknowledged. */
  acknowledged(group: string, topic: string, partition: number, offset: number): void {
    this.of(group, topic)?.end(partition, offset, 'settled', 'kafka.accepted');
  }
  /** A share group's record may be handed to anybody again. */
  releasedOne(group: string, topic: string, partition: number, offset: number, reason: string): void {
    this.of(group, topic)?.releasedOne(partition, offset, reason);
  }
  /** Handed out again from `offset` on: a seek. */
  returned(group: string, topic: string, partition: number, offset: number, reason: string): void {
    this.of(group, topic)?.returned(partition, offset, reason);
  }
  /** Records that are gone from the log, and can no longer be read by whoever had not. */
  gone(topic: string, partition: number, offsets: { readonly before: number } | readonly number[], how: End & ('lost' | 'expired' | 'dropped'), reason: string): void {
    for (const reader of this.readersOf(topic)) reader.gone(partition, offsets, how, reason);
  }
  /** The log ends here again: what is appended next takes these offsets anew. */
  truncated(topic: string, partition: number, end: number): void {
    for (const reader of this.readersOf(topic)) reader.truncated(partition, end);
  }
  depths(): readonly Depth[] {
    return this.groups.map((reader) => reader.depth());
  }
  /** Whether a group still has it in hand, and whether it had it before. */
  standOf(group: string, topic: string, partition: number, offset: number): ReturnType<GroupReading['standOf']> {
    return this.of(group, topic)?.standOf(partition, offset);
  }
  groupsOf(topic: string): string[] {
    return this.readersOf(topic).map((reader) => reader.group);
  }
  save(): ReadingsState {
    return { groups: this.groups.map((reader) => reader.save()), forwarded: [...this.forwarded] };
  }
  load({ groups, forwarded }: ReadingsState): void {
    this.setGroups(
      groups.map((state) => {
        const reader = new GroupReading(state, state.committedOnly, this.host);
        reader.load(state);
        return reader;
      }),
    );
    this.forwarded = new Map(forwarded);
  }

  private setGroups(groups: GroupReading[]): void {
    this.groups = groups;
    this.byTopic.clear();
    for (const { topic } of groups)
      this.byTopic.set(
        topic,
        groups.filter((g) => g.topic === topic),
      );
  }
  private readersOf(topic: string): readonly GroupReading[] {
    return this.byTopic.get(topic) ?? [];
  }
  private of(group: string, topic: string): GroupReading | undefined {
    return this.readersOf(topic).find((reader) => reader.group === group);
  }
}
