import type { JsonObject, Operation } from '../../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../../src/testing/dice.ts';

/** Who consumes on which channel, and what is in whose hands: what a player may cancel, close and settle. */
export class Hands {
  /** Outstanding, as "holder:body". */
  #out: { readonly name: string; readonly channel: string }[] = [];
  /** Consumers by name, with their channel. */
  readonly #consumers = new Map<string, string>();
  readonly #noAck = new Set<string>();

  get consumers(): readonly string[] {
    return [...this.#consumers.keys()];
  }
  get channels(): readonly string[] {
    return [...new Set(this.#consumers.values())];
  }
  get isEmpty(): boolean {
    return this.#out.length === 0;
  }
  consumes(consumer: string, channel: string): void {
    this.#consumers.set(consumer, channel);
  }
  /** The verb, and what the client does with something that it has. */
  settle(d: Dice): Operation {
    const { name } = d.pick(this.#out);
    const op = d.pick(['ack', 'ack', 'nack', 'reject']);
    return { op, delivery: name, ...(op !== 'reject' && d.chance(0.3) ? { multiple: true } : {}), ...(op === 'ack' ? {} : { requeue: d.chance(0.5) }) };
  }
  shown(operation: Operation, seen: JsonObject): void {
    const { op } = operation;
    if (op === 'ack' || op === 'nack' || op === 'reject') this.#settled(operation);
    if (op === 'recover') this.#out = this.#out.filter(({ channel }) => channel !== operation['channel']);
    if (op === 'closeChannel') this.#gone(String(operation['channel']));
    if (op === 'consume' && operation['noAck'] === true) this.#noAck.add(String(operation['consumer']));
    if (op === 'cancel') this.#consumers.delete(String(operation['consumer']));
    for (const closed of (seen['closed'] ?? []) as readonly JsonObject[]) {
      if ('connection' in closed) this.#lost();
      else this.#gone(String(closed['channel']));
    }
    for (const [holder, messages] of Object.entries((seen['deliveries'] ?? {}) as JsonObject)) {
      const channel = this.#consumers.get(holder);
      if (channel !== undefined && !this.#noAck.has(holder)) for (const message of messages as readonly unknown[]) this.#add(holder, channel, message);
    }
    for (const consumer of (seen['cancelled'] ?? []) as readonly string[]) this.#consumers.delete(consumer);
    const { result } = seen;
    if (op === 'get' && operation['noAck'] !== true && typeof result === 'object' && result !== null && 'body' in result) this.#add('getter', 'getter', result);
  }

  #add(holder: string, channel: string, message: unknown): void {
    this.#out.push({ name: `${holder}:${String(Reflect.get(Object(message), 'body'))}`, channel });
  }
  #settled(operation: Operation): void {
    const at = this.#out.findLastIndex((one) => one.name === operation['delivery']);
    const channel = this.#out[at]?.channel;
    this.#out = this.#out.filter((one, i) => i !== at && !(operation['multiple'] === true && one.channel === channel && i < at));
  }
  #gone(channel: string): void {
    this.#out = this.#out.filter((one) => one.channel !== channel);
    for (const [consumer, on] of this.#consumers) if (on === channel) this.#consumers.delete(consumer);
  }
  #lost(): void {
    this.#out = [];
    this.#consumers.clear();
  }
}
