import { Column, type ColumnState } from '../base/column.ts';

/** What every message is, in columns: it never changes after it was produced. */
export class Messages {
  private readonly columns = { producedAt: new Column(true), key: new Column(false), seq: new Column(false), producer: new Column(false), size: new Column(false), priority: new Column(false), flags: new Column(false) };
  private perKey = new Map<number, number>();

  get length(): number {
    return this.columns.key.length;
  }
  /** @param producer index of the producing node; @returns the new message. Numbers within a key count from 1. */
  add(now: number, producer: number, key: number, size: number, priority: number, poison: boolean): number {
    const seq = (this.perKey.get(key) ?? 0) + 1;
    this.perKey.set(key, seq);
    const c = this.columns;
    c.producedAt.push(now);
    c.key.push(key);
    c.seq.push(seq);
    c.producer.push(producer);
    c.size.push(size);
    c.priority.push(priority);
    c.flags.push(poison ? 1 : 0);
    return c.key.length - 1;
  }
  producedAt = (m: number): number => this.columns.producedAt.at(m);
  key = (m: number): number => this.columns.key.at(m);
  seq = (m: number): number => this.columns.seq.at(m);
  producer = (m: number): number => this.columns.producer.at(m);
  /** bytes */
  size = (m: number): number => this.columns.size.at(m);
  /** -1 = none given */
  priority = (m: number): number => this.columns.priority.at(m);
  poison = (m: number): boolean => this.columns.flags.at(m) === 1;

  save() {
    return { columns: Object.values(this.columns).map((c): ColumnState => c.save()), perKey: [...this.perKey] };
  }
  load(state: ReturnType<Messages['save']>): void {
    Object.values(this.columns).forEach((c, i) => c.load(state.columns[i] as ColumnState));
    this.perKey = new Map(state.perKey);
  }
}
/** Key 0 is "A", 25 "Z", 26 "AA": the letter on a cell. */
export function keyName(key: number): string {
  let name = '';
  for (let k = key; k >= 0; k = Math.floor(k / 26) - 1) name = String.fromCharCode(65 + (k % 26)) + name;
  return name;
}
/** "A" → 0, "AA" → 26; undefined when it is no key's name. */
export function keyNumber(name: string): number | undefined {
  if (!/^[A-Z]{1,4}$/.test(name)) return undefined;
  let n = 0;
  for (const letter of name) n = n * 26 + letter.charCodeAt(0) - 64;
  return n - 1;
}
