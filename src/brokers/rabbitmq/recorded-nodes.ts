import type { RabbitBroker } from './broker.ts';
import type { FieldValue } from './events.ts';
import { answerOf, flag, list, type Operation, text, type Verb } from './recorded-shapes.ts';

/** Recorded operations on the nodes of a cluster, and the names that a case calls them by. */
export class RecordedNodes {
  /** Names of nodes by the roles they were found in. */
  readonly #roles = new Map<string, string>();
  readonly #server: () => RabbitBroker;
  readonly #names: readonly string[];
  readonly #forget: () => void;

  /** @param names of the nodes; @param forget what has been heard is not shown */
  constructor(server: () => RabbitBroker, names: readonly string[], forget: () => void) {
    this.#server = server;
    this.#names = names;
    this.#forget = forget;
  }
  /** The node that is meant by this name. */
  nodeOf(name: string): string {
    return this.#roles.get(name) ?? name;
  }
  /** Who leads a queue, who else has a replica of it, and who has none. */
  #findRoles(operation: Operation): null {
    const queue = this.#server()
      .queues()
      .find((one) => one.queue === operation['queue']);
    if (queue === undefined || queue.node === null) throw new Error(`nobody leads ${text(operation['queue'])}`);
    const { node: led, members } = queue;
    this.#roles.set(text(operation['leader']), led);
    const name = (roles: FieldValue | undefined, found: readonly string[]) => {
      for (const [i, role] of list(roles).entries()) this.#roles.set(role, found[i] ?? '');
    };
    name(
      operation['replicas'],
      this.#names.filter((node) => node !== led && members.includes(node)),
    );
    name(
      operation['others'],
      this.#names.filter((node) => !members.includes(node)),
    );
    return null;
  }
  /** Clients come back by themselves when they are needed; that they were disconnected is not shown. */
  #restart(operation: Operation): null {
    const node = this.nodeOf(text(operation['server'], this.#names[0]));
    this.#server().stopNode(node);
    this.#forget();
    this.#server().startNode(node);
    return null;
  }

  readonly verbs: Readonly<Record<string, Verb>> = {
    memoryAlarm: (operation) => {
      this.#server().setMemoryAlarm(flag(operation['on']));
      return null;
    },
    restart: (operation) => this.#restart(operation),
    shutDown: (operation) => answerOf(this.#server().stopNode(this.nodeOf(text(operation['server'])))),
    kill: (operation) => answerOf(this.#server().stopNode(this.nodeOf(text(operation['server'])), 'killed')),
    start: (operation) => answerOf(this.#server().startNode(this.nodeOf(text(operation['server'])))),
    roles: (operation) => this.#findRoles(operation),
  };
}
