import type { Outcome, PublishListener } from '../contract.ts';
import { KafkaProducer } from './producer.ts';
import { type Json, type JsonObject, list, number, type Operation, text } from './recorded.ts';
import { clientHost, configOf, stateOf } from './recorded-client.ts';
import type { RecordedCluster } from './recorded-cluster.ts';
import type { Producing } from './recorded-producing.ts';
import { byAppearance } from './recorded-sending.ts';

/** ms that is waited for the client at most */
const PATIENCE = 300_000;
/** ms, the steps in which it is waited for */
const STEP = 5;
const nothing = () => undefined;

/** An error of the protocol as the Java client throws it. */
const EXCEPTIONS: Readonly<Record<string, string>> = { DISCONNECTED: 'NetworkException', REQUEST_TIMED_OUT: 'TimeoutException', MESSAGE_TOO_LARGE: 'RecordTooLargeException' };
function exceptionOf(name: string): string {
  const camel = name.replace(/([A-Z])([A-Z]*)_?/g, (_, first: string, rest: string) => first + rest.toLowerCase());
  return EXCEPTIONS[name] ?? (name.endsWith('Exception') ? name : `${camel}Exception`);
}
interface Waiting {
  readonly message: number;
  /** Called when the last of its records was taken. */
  readonly taken?: () => void;
}

/** A producer of the client library, of which the recorded application calls send(), flush() and so on. */
class RecordedProducer {
  readonly #node: RecordedCluster;
  readonly #producing: Producing;
  readonly #producer: KafkaProducer;
  readonly #topic: string;
  readonly #transactional: boolean;
  /** What a record is called in its callback. */
  readonly #names = new Map<number, string>();
  /** In the order in which they were sent. */
  readonly #sent: number[] = [];
  readonly #unanswered = new Set<number>();
  #called: JsonObject[] = [];
  /** Records that send() has not taken yet: it blocks. */
  #blocked: Waiting[] = [];
  /** It has a transaction, of which something was taken. */
  #begun = false;

  constructor(node: RecordedCluster, producing: Producing, operation: Operation) {
    this.#node = node;
    this.#producing = producing;
    this.#topic = text(operation['topic']);
    this.#transactional = operation['transactionalId'] !== undefined;
    // The application ends its transactions itself.
    const config = { ...configOf(operation), commitInterval: '1h', ...(this.#transactional ? { 'transactional.id': text(operation['transactionalId']) } : {}) };
    const { messages } = producing;
    const host = clientHost(node, { config, topic: this.#topic, messages, keyName: (message) => producing.written(message).key ?? '', session: () => this.#producer });
    const listener: PublishListener = {
      outcome: (message, outcome) => this.#answered(message, outcome),
      returned: nothing,
      room: () => this.#goOn(),
      blocked: nothing,
      unblocked: nothing,
      lost: nothing,
    };
    this.#producer = new KafkaProducer(stateOf(text(operation['producer']), 'publish'), host, listener);
    this.#producer.open();
    if (this.#transactional) this.#wait(() => this.#producer.initialised);
  }
  /** @param unblocked when it does not matter how long it takes: called in the end */
  send(operation: Operation, unblocked: ((shown: Json) => void) | null): Json {
    if (this.#failed) return { error: 'KafkaException' };
    const key = typeof operation['key'] === 'string' ? operation['key'] : null;
    const names = Array.from({ length: number(operation['times'], 1) }, () => list(operation['values']).map((name) => text(name))).flat();
    for (const [at, name] of names.entries()) {
      const message = this.#producing.register(key, name.padEnd(number(operation['bytes'])));
      this.#names.set(message, name);
      this.#blocked.push({ message, ...(unblocked !== null && at === names.length - 1 ? { taken: () => unblocked({ ok: true }) } : {}) });
      this.#goOn();
      if (unblocked !== null) continue;
      this.#wait(() => this.#blocked.length === 0);
      this.#node.clock.advance(number(operation['everyMs']) * 1000);
    }
    return unblocked === null ? { ok: true } : null;
  }
  callbacks(operation: Operation): Json {
    const callbacks = this.#called;
    this.#called = [];
    return { callbacks: operation['sorted'] === true ? callbacks.sort((a, b) => (text(a['value']) < text(b['value']) ? -1 : 1)) : callbacks };
  }
  placed(operation: Operation): Json {
    const taken = this.#sent.map((message) => this.#producing.placeOf(message)?.partition ?? -1);
    if (operation['last'] !== undefined) return { partitions: [...new Set(taken.slice(-number(operation['last'])))].sort((a, b) => a - b) };
    if (operation['avoided'] !== true) return { partitions: byAppearance(taken) };
    const partitions = this.#node.cluster.topic(this.#topic)?.partitions ?? [];
    return { avoided: partitions.flatMap(({ index }) => (taken.filter((one) => one === index).length * 2 * partitions.length < taken.length ? [index] : [])) };
  }
  flush(): Json {
    this.#wait(() => this.#unanswered.size === 0);
    return { ok: true };
  }
  begin(): Json {
    // The model begins one with its first record.
    return { ok: true };
  }
  end(commit: boolean): Json {
    if (commit && this.#failed) return { error: 'KafkaException' };
    if (commit) this.#producer.commit();
    else this.#producer.abort();
    this.#begun = false;
    this.#wait(() => this.#producer.transaction === 'none');
    return { ok: true };
  }
  close(): Json {
    this.#producer.close();
    return { ok: true };
  }

  /** The model's application has given the transaction up already; the recorded one hears of it when it goes on. */
  get #failed(): boolean {
    return this.#begun && this.#producer.transaction !== 'open';
  }
  #goOn(): void {
    for (let next = this.#blocked[0]; next !== undefined; next = this.#blocked[0]) {
      const answer = this.#producer.send(next.message);
      if (answer === 'full') return;
      this.#blocked.shift();
      if (answer === 'taken') {
        this.#begun = this.#transactional;
        this.#sent.push(next.message);
        this.#unanswered.add(next.message);
      } else this.#answered(next.message, answer);
      next.taken?.();
    }
  }
  #answered(message: number, outcome: Outcome): void {
    this.#unanswered.delete(message);
    const value = this.#names.get(message) ?? '';
    const place = this.#producing.placeOf(message);
    // In a transaction it says nothing yet that a batch was written.
    if (this.#transactional && place !== undefined) return;
    if (outcome === 'confirmed') this.#called.push({ value, offset: place?.offset ?? -1 });
    else this.#called.push({ value, error: outcome === 'unknown' ? 'TimeoutException' : exceptionOf(outcome.name.replace('kafka.', '')) });
  }
  #wait(until: () => boolean): void {
    for (let waited = 0; waited <= PATIENCE && !until(); waited += STEP) this.#node.clock.advance(waited === 0 ? 0 : STEP * 1000);
  }
}

/** Recorded producers that stay, by name. */
export class Producers {
  readonly #node: RecordedCluster;
  readonly #producing: Producing;
  readonly #unblocked: (who: string, shown: Json) => void;
  readonly #producers = new Map<string, RecordedProducer>();

  constructor(node: RecordedCluster, producing: Producing, unblocked: (who: string, shown: Json) => void) {
    this.#node = node;
    this.#producing = producing;
    this.#unblocked = unblocked;
  }
  open(operation: Operation): Json {
    this.#producers.set(text(operation['producer']), new RecordedProducer(this.#node, this.#producing, operation));
    return { ok: true };
  }
  send(operation: Operation): Json {
    const waiter = operation['as'];
    return this.of(operation).send(operation, waiter === undefined ? null : (shown) => this.#unblocked(text(waiter), shown));
  }
  of(operation: Operation): RecordedProducer {
    const producer = this.#producers.get(text(operation['producer']));
    if (producer === undefined) throw new Error(`no producer ${text(operation['producer'])}`);
    return producer;
  }
}
