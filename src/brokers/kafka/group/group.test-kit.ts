import type { BrokerHost } from '../../contract.ts';
import { ClassicGroup } from './classic.ts';
import type { ClassicResponse, ClassicSettings, JoinRequest, JoinResponse } from './classic-state.ts';

/** Nothing but virtual time. */
export class Clock implements BrokerHost {
  #now = 0;
  #order = 0;
  #agenda: { at: number; order: number; name: string; ref: number }[] = [];
  #call: (name: string, ref: number) => void = () => undefined;

  attach(call: (name: string, ref: number) => void): void {
    this.#call = call;
  }
  now(): number {
    return this.#now;
  }
  after(delayUs: number, name: string, ref: number): void {
    this.#agenda.push({ at: this.#now + delayUs, order: this.#order++, name, ref });
  }
  ms(ms: number): void {
    const until = this.#now + ms * 1000;
    for (;;) {
      const [due] = this.#agenda.filter((one) => one.at <= until).sort((a, b) => a.at - b.at || a.order - b.order);
      if (due === undefined) break;
      this.#agenda = this.#agenda.filter((one) => one !== due);
      this.#now = due.at;
      this.#call(due.name, due.ref);
    }
    this.#now = until;
  }
  /** How many calls are under way. */
  get pending(): number {
    return this.#agenda.length;
  }
}

/** Answers, by the client that they went to. */
export class Mail<R extends { readonly kind: string }> {
  #answers: { readonly client: string; readonly response: R }[] = [];
  readonly send = (client: string, response: R): void => {
    this.#answers.push({ client, response });
  };
  /** Takes what has come for a client. */
  take(client: string): R[] {
    const mine = this.#answers.filter((one) => one.client === client).map((one) => one.response);
    this.#answers = this.#answers.filter((one) => one.client !== client);
    return mine;
  }
  /** Takes the only answer that has come for a client. */
  only<K extends R['kind']>(client: string, kind: K): Extract<R, { kind: K }> {
    const mine = this.take(client);
    const [first] = mine;
    if (mine.length !== 1 || first?.kind !== kind) throw new Error(`${client} got ${JSON.stringify(mine)}, not one ${kind}`);
    return first as Extract<R, { kind: K }>;
  }
}

const SESSION = 45_000;
const REBALANCE = 300_000;
const subscription = (topics: readonly string[]) => ({ topics, owned: [], generation: null });
export const strategy = (...names: string[]) => names.map((name) => ({ name, metadata: subscription(['t']) }));

/** A classic group with clients that are told by their names. */
export function classicGroup(settings: Partial<ClassicSettings> = {}) {
  const clock = new Clock();
  const mail = new Mail<ClassicResponse>();
  const host = { groupId: 'g', now: () => clock.now(), after: clock.after.bind(clock), send: mail.send };
  let group = new ClassicGroup(host, settings);
  clock.attach((name, ref) => group.timer(name, ref));
  const ids = new Map<string, string>();
  const generations = new Map<string, number>();
  const who = (client: string) => ({ client, memberId: ids.get(client) ?? '', generationId: generations.get(client) ?? -1 });
  const kit = {
    clock,
    mail,
    ids,
    get group() {
      return group;
    },
    reload(): void {
      const saved: unknown = JSON.parse(JSON.stringify(group.save()));
      group = new ClassicGroup(host, settings);
      group.load(saved);
    },
    /** JoinGroup; a new dynamic member comes again with the id it is given. */
    join(client: string, more: Partial<JoinRequest> = {}): void {
      const request = { groupInstanceId: null, clientId: client, sessionTimeoutMs: SESSION, rebalanceTimeoutMs: REBALANCE, protocolType: 'consumer', protocols: strategy('range'), ...who(client), ...more };
      group.join(request);
      if (request.memberId !== '' || request.groupInstanceId !== null) return;
      const answer = mail.take(client)[0];
      if (answer?.kind !== 'JoinGroup' || answer.error !== 'MEMBER_ID_REQUIRED') return mail.send(client, answer as ClassicResponse);
      ids.set(client, answer.memberId);
      group.join({ ...request, memberId: answer.memberId });
    },
    /** Takes the answer to a JoinGroup, and keeps what it says. */
    joined(client: string): JoinResponse {
      const answer = mail.only(client, 'JoinGroup');
      if (answer.error === null) {
        ids.set(client, answer.memberId);
        generations.set(client, answer.generationId);
      }
      return answer;
    },
    sync(client: string, partitions: Readonly<Record<string, readonly number[]>> = {}, instance: string | null = null): void {
      const assignments = Object.entries(partitions).map(([one, numbers]) => ({ memberId: ids.get(one) ?? '', partitions: numbers.map((partition) => ({ topic: 't', partition })) }));
      group.sync({ ...who(client), groupInstanceId: instance, protocolType: 'consumer', protocolName: null, assignments });
    },
    assigned(client: string): readonly number[] | string {
      const answer = mail.only(client, 'SyncGroup');
      return answer.error ?? answer.assignment.map(({ partition }) => partition);
    },
    heartbeat(client: string, instance: string | null = null): string | null {
      group.heartbeat({ ...who(client), groupInstanceId: instance });
      return mail.only(client, 'Heartbeat').error;
    },
    leave(client: string): void {
      group.leave({ client, members: [{ memberId: ids.get(client) ?? '', groupInstanceId: null }] });
    },
    commit: (client: string, transactional = false) => group.mayCommit({ memberId: ids.get(client) ?? '', groupInstanceId: null, generationOrEpoch: generations.get(client) ?? -1, transactional, partitions: [] }),
    /** Clients come one after the other, and the leader gives each one partition, in that order. */
    stable(...clients: string[]): void {
      for (const client of clients) kit.join(client);
      clock.ms(settings['group.initial.rebalance.delay.ms'] ?? 3_000);
      if (group.state === 'PreparingRebalance') clock.ms(3_000);
      kit.settle(...clients);
    },
    /** Everybody has joined: the leader assigns, all sync. */
    settle(...clients: string[]): void {
      for (const client of clients) kit.joined(client);
      const given = Object.fromEntries(clients.map((client, i) => [client, [i]]));
      for (const client of clients) kit.sync(client, group.leader === ids.get(client) ? given : {});
      for (const client of clients) mail.take(client);
    },
  };
  return kit;
}
