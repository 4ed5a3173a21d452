/** The messages of a recorded case, by their numbers and by their bodies. */
export interface Written {
  readonly body: string;
  readonly key: string | null;
  readonly bytes: number;
}
/** An entry, and which of its messages. */
export interface Place {
  readonly partition: string;
  readonly position: number;
  readonly index: number;
}
export class RecordedMessages {
  private readonly all: Written[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly places: (Place | undefined)[] = [];

  /** @returns its number */
  enter(written: Written): number {
    const number = this.all.push(written) - 1;
    this.numbers.set(written.body, number);
    return number;
  }
  written(message: number): Written {
    return this.all[message] ?? { body: '', key: null, bytes: 0 };
  }
  body(message: number): string {
    return this.written(message).body;
  }
  /** Of the newest with that body. */
  numberOf(body: string): number {
    return this.numbers.get(body) ?? -1;
  }
  stored(partition: string, { position, messages }: { readonly position: number; readonly messages: readonly number[] }): void {
    for (const [index, message] of messages.entries()) this.places[message] = { partition, position, index };
  }
  placeOf(message: number): Place | undefined {
    return this.places[message];
  }
  placeOfBody(body: string): Place | undefined {
    return this.placeOf(this.numberOf(body));
  }
}
