/** Messages as conformance/FORMAT.md writes them, whether a model or a real server handed them over. */
import type { FieldValue, Table } from './events.ts';

type Shown = Record<string, FieldValue>;
export interface Seen {
  readonly body: string;
  readonly redelivered: boolean;
  readonly exchange: string;
  readonly routingKey: string;
  readonly deliveryTag: number;
  readonly priority: number | null;
  readonly expiration: string | null;
  readonly correlationId: string | null;
  readonly headers: Table;
  /** Of basic.get alone. */
  readonly messageCount?: number;
}

export function shownMessage({ body, redelivered, headers: all, messageCount, ...plain }: Seen, record: ReadonlySet<string>): Shown {
  const shown: Shown = { body, redelivered };
  const headers = withoutTimes(all);
  for (const name of record) if (name in plain) shown[name] = plain[name as keyof typeof plain];
  if (messageCount !== undefined && record.has('messageCount')) shown['messageCount'] = messageCount;
  if (record.has('headers')) shown['headers'] = headers;
  for (const [name, value] of Object.entries(headers)) {
    if (record.has(name) || (record.has('x-first-death') && name.startsWith('x-first-death-'))) shown[name] = value;
  }
  return shown;
}

const isTable = (value: FieldValue | undefined): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: FieldValue | undefined): string => (typeof value === 'string' ? value : '');

/** x-death without times; the first line is the newest death, the rest sorted. */
function withoutTimes(headers: Table): Shown {
  const deaths = headers['x-death'];
  if (!Array.isArray(deaths)) return { ...headers };
  const lines = deaths.map((line) => Object.fromEntries(Object.entries(isTable(line) ? line : {}).filter(([name]) => name !== 'time')));
  const key = (line: Table) => `${text(line['queue'])}\n${text(line['reason'])}`;
  const [newest = {}, ...rest] = lines;
  return { ...headers, 'x-death': [newest, ...rest.sort((a, b) => (key(a) < key(b) ? -1 : 1))] };
}
