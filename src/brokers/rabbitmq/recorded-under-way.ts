import type { RabbitBroker } from './broker.ts';
import type { FieldValue } from './events.ts';
import { type OpenChannel, type Operation, text, type Verb } from './recorded-shapes.ts';
import type { VirtualClock } from '../virtual-clock.ts';

/** Publications that are under way while a node is killed, and what of those that were confirmed is there afterwards (conformance/FORMAT.md). */

interface Around {
  readonly server: () => RabbitBroker;
  readonly clock: VirtualClock;
  on(operation: Operation, name: string): OpenChannel;
  /** @returns the number of a new message with this body */
  message(body: string): number;
  body(message: number): string;
  nodeOf(name: string): string;
}
const MS = 1000;
const SIZE = 10;

export class RecordedUnderWay {
  readonly #around: Around;
  readonly #confirmed = new Set<string>();

  constructor(around: Around) {
    this.#around = around;
  }
  #kill(operation: Operation): FieldValue {
    const { clock, nodeOf } = this.#around;
    const { connection, number } = this.#around.on(operation, 'pub');
    const server = this.#around.server();
    server.confirmSelect(connection, number);
    const every = Number(operation['everyMs'] ?? 2);
    const [before, after] = [Number(operation['beforeMs']), Number(operation['afterMs'])];
    const ours = new Set<number>();
    for (let ms = 0; ms < before + after; ms += every) {
      if (ms >= before && ms < before + every) server.stopNode(nodeOf(text(operation['kill'])), 'killed');
      const message = this.#around.message(`u${ours.size}`);
      ours.add(message);
      server.publish(connection, number, { exchange: '', routingKey: text(operation['queue']), message, size: SIZE, persistent: operation['persistent'] !== false });
      clock.advance(every * MS);
    }
    const answers = server.out.flatMap((event) => (event.kind === 'confirm' && ours.has(event.message) ? [event] : []));
    for (const { message, ack } of answers) if (ack) this.#confirmed.add(this.#around.body(message));
    return { nacked: answers.filter(({ ack }) => !ack).length, unanswered: ours.size - answers.length };
  }
  #kept(operation: Operation): FieldValue {
    const { connection, number } = this.#around.on(operation, 'getter');
    const found: string[] = [];
    for (;;) {
      const got = this.#around.server().basicGet(connection, number, { queue: text(operation['queue']), noAck: true });
      if (got.refused || got.empty) break;
      found.push(this.#around.body(got.message));
    }
    return { lost: [...this.#confirmed].filter((body) => !found.includes(body)).length, twice: found.length - new Set(found).size };
  }
  readonly verbs: Readonly<Record<string, Verb>> = { killUnderWay: (operation) => this.#kill(operation), kept: (operation) => this.#kept(operation) };
}
