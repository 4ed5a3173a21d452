import { type ReactNode, useEffect, useId, useState } from 'react';
import { durationText, parseDuration } from '../../base/time.ts';
import type { Field, Fields, Spread } from '../../scenario/fields.ts';
import { useSession } from '../store/session.ts';

interface FormProps {
  readonly fields: Fields;
  readonly config: Readonly<Record<string, unknown>>;
  /** `null` takes the setting away. */
  onChange(name: string, value: unknown): void;
}
export function Form({ fields, config, onChange }: FormProps) {
  const shown = Object.entries(fields).filter(([, f]) => {
    if (!f.when) return true;
    const other = fields[f.when.field];
    const value = config[f.when.field] ?? (other && 'default' in other ? other.default : undefined);
    return f.when.is.includes(value as string);
  });
  const groups = [...new Set(shown.map(([, f]) => f.group ?? ''))];
  return (
    <div className="form">
      {groups.map((group) => (
        <div key={group}>
          {group !== '' && <h3 className="section-title">{group}</h3>}
          {shown
            .filter(([, f]) => (f.group ?? '') === group)
            .map(([name, field]) =>
              field.type === 'record' ? (
                <fieldset key={name}>
                  <legend>{field.label ?? name}</legend>
                  <Form fields={field.fields} config={(config[name] ?? {}) as Record<string, unknown>} onChange={(inner, value) => onChange(name, without({ ...(config[name] as object), [inner]: value }))} />
                </fieldset>
              ) : (
                <Row key={name} name={name} field={field} value={config[name]} onChange={(value) => onChange(name, value)} />
              ),
            )}
        </div>
      ))}
    </div>
  );
}
const without = (record: Record<string, unknown>) => Object.fromEntries(Object.entries(record).filter(([, v]) => v !== null));

/** What a document may hold: see `scenario/schema.ts`, which is not loaded for a form. µs; entries of a map. */
const LONGEST = 86_400e6;
const ENTRIES = 32;
/** A text that may be as long as this gets a line of its own. */
const WIDE = 200;
/** An option longer than this gets one where the panel is narrow. */
const LONG = 10;
interface RowProps {
  readonly name: string;
  readonly field: Field;
  readonly value: unknown;
  onChange(value: unknown): void;
}
function Row({ name, field, value, onChange }: RowProps) {
  const id = useId();
  const running = useSession((s) => s.now > 0);
  const [problem, setProblem] = useState<string | null>(null);
  const fallback = 'default' in field ? field.default : undefined;
  const set = (next: unknown) => {
    const wrong = next === null ? null : wrongWith(field, next);
    setProblem(wrong);
    if (wrong === null && JSON.stringify(next) !== JSON.stringify(value ?? null)) onChange(next);
  };
  return (
    <div className="row" data-changed={value !== undefined} data-wide={field.type === 'text' && field.maxLength >= WIDE} data-long={field.type === 'choice' && field.options.some((o) => o.length > LONG)}>
      <span className="name">
        <label htmlFor={id}>{breakable(field.label ?? name)}</label>{' '}
        {field.doc !== undefined && (
          <a href={field.doc} target="_blank" rel="noreferrer" aria-label={`Documentation of ${name}`}>
            docs
          </a>
        )}
      </span>
      <div className="control">
        <Control id={id} field={field} value={value ?? fallback} invalid={problem !== null} set={set} />
        {value !== undefined && fallback !== value && (
          <button type="button" className="reset" aria-label={`Reset ${name}`} title={fallback === undefined ? 'Take it away' : `Back to ${String(fallback)}`} onClick={() => set(null)}>
            ↺
          </button>
        )}
      </div>
      <small title={field.help}>
        {field.help}
        {value !== undefined && isPlain(fallback) && fallback !== value && <i> Default: {String(fallback)}.</i>}
      </small>
      {problem !== null && (
        <p className="wrong" role="alert">
          {problem}
        </p>
      )}
      {running && field.applies.says !== undefined && (
        <p className="cost">
          {field.applies.how === 'live' ? '' : `${field.applies.how}: `}
          {field.applies.says}
        </p>
      )}
    </div>
  );
}
const isPlain = (value: unknown) => (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean';
function wrongWith(field: Field, value: unknown): string | null {
  if (field.type === 'integer' || field.type === 'number') {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'A number, please.';
    if (field.type === 'integer' && !Number.isInteger(value)) return 'A whole number, please.';
    if (value < field.min || value > field.max) return `From ${field.min} to ${field.max}${field.unit ? ` ${field.unit}` : ''}.`;
  }
  if (field.type === 'duration') {
    const us = typeof value === 'string' ? parseDuration(value) : undefined;
    if (us === undefined) return 'A duration with its unit, such as 80ms, 1.5s or 2min.';
    if (us < field.min || us > field.max) return `From ${durationText(field.min)} to ${durationText(field.max)}.`;
  }
  if (field.type === 'spread') {
    const parts = typeof value === 'string' ? [value] : Object.values((value as Record<string, Record<string, string>>)[Object.keys(value as object)[0] ?? ''] ?? {});
    const spans = parts.map((part) => parseDuration(part));
    if (spans.includes(undefined)) return 'Durations with their unit, such as 80ms, 1.5s or 2min.';
    if (spans.some((us) => (us ?? 0) > LONGEST)) return `At most ${durationText(LONGEST)}.`;
    if (typeof value === 'object' && value !== null && 'lognormal' in value && spans.includes(0)) return 'More than nothing.';
  }
  if (field.type === 'map' && Object.keys(value as object).length > ENTRIES) return `At most ${ENTRIES} of them.`;
  if (field.type === 'map' && Object.entries(value as object).some(([k, v]) => k.length > 128 || String(v).length > 1024)) return 'At most 128 characters before the =, 1024 after it.';
  if (field.type === 'text' && typeof value === 'string' && value.length > field.maxLength) return `At most ${field.maxLength} characters.`;
  return null;
}
interface ControlProps {
  readonly id: string;
  readonly field: Field;
  readonly value: unknown;
  readonly invalid: boolean;
  set(value: unknown): void;
}
function Control({ id, field, value, invalid, set }: ControlProps) {
  switch (field.type) {
    case 'choice':
      return (
        <select id={id} className="field" value={String(value)} onChange={(e) => set(e.target.value)}>
          {field.options.map((o) => (
            <option key={o}>{o}</option>
          ))}
        </select>
      );
    case 'flag':
      return <input id={id} type="checkbox" checked={value === true} onChange={(e) => set(e.target.checked)} />;
    case 'integer':
    case 'number':
      return <Typed id={id} text={value === undefined ? '' : String(value)} unit={field.unit} invalid={invalid} numeric set={(t) => set(t === '' ? null : Number(t))} />;
    case 'spread':
      return <SpreadControl id={id} value={(value ?? '50ms') as Spread} set={set} />;
    case 'map':
      return <MapControl id={id} value={(value ?? {}) as Record<string, string | number | boolean>} set={set} />;
    default:
      if (field.type === 'text' && field.maxLength > 1000) return <textarea key={String(value)} id={id} className="field" rows={4} defaultValue={String(value ?? '')} onBlur={(e) => set(e.target.value === '' ? null : e.target.value)} />;
      return <Typed id={id} text={value === undefined ? '' : String(value)} invalid={invalid} set={(t) => set(t === '' && field.optional ? null : t)} />;
  }
}
/** Text that counts when one leaves the field, presses Enter, or pauses: one edit, one undo step. */
function Typed({ id, text, unit, invalid, numeric, set }: { readonly id: string; readonly text: string; readonly unit?: string | undefined; readonly invalid: boolean; readonly numeric?: boolean; set(text: string): void }) {
  const [draft, setDraft] = useState(text);
  useEffect(() => setDraft(text), [text]);
  const commit = () => draft !== text && set(draft.trim());
  useEffect(() => {
    if (draft === text) return;
    const timer = setTimeout(commit, 900);
    return () => clearTimeout(timer);
  });
  return (
    <span className="typed">
      <input id={id} className="field num" inputMode={numeric ? 'decimal' : 'text'} aria-invalid={invalid} value={draft} onChange={(e) => setDraft(e.target.value)} onBlur={commit} onKeyDown={(e) => e.key === 'Enter' && commit()} />
      {unit !== undefined && <span className="unit">{unit}</span>}
    </span>
  );
}
const SHAPES: Readonly<Record<string, Spread>> = {
  constant: '50ms',
  uniform: { uniform: { from: '20ms', to: '80ms' } },
  exponential: { exponential: { mean: '50ms' } },
  normal: { normal: { mean: '50ms', deviation: '10ms' } },
  lognormal: { lognormal: { mean: '50ms', p99: '200ms' } },
};
function SpreadControl({ id, value, set }: { readonly id: string; readonly value: Spread; set(value: unknown): void }) {
  const shape = typeof value === 'string' ? 'constant' : (Object.keys(value)[0] as string);
  const numbers: Record<string, string> = typeof value === 'string' ? { every: value } : ((value as unknown as Record<string, Record<string, string>>)[shape] ?? {});
  return (
    <span className="spread">
      <select id={id} className="field" value={shape} onChange={(e) => set(SHAPES[e.target.value])}>
        {Object.keys(SHAPES).map((s) => (
          <option key={s}>{s}</option>
        ))}
      </select>
      {Object.entries(numbers).map(([name, text]) => (
        <label key={name} htmlFor={`${id}-${name}`}>
          <small>{name}</small>
          <Typed id={`${id}-${name}`} text={text} invalid={false} set={(t) => set(shape === 'constant' ? t : { [shape]: { ...numbers, [name]: t } })} />
        </label>
      ))}
    </span>
  );
}
/** A broker's long names may break where a new word begins in them. */
function breakable(name: string): ReactNode[] {
  return name.split(/(?<=[_.-])|(?<=[a-z])(?=[A-Z])/).flatMap((part, i) => (i === 0 ? [part] : [<wbr key={`${i} ${part}`} />, part]));
}
function MapControl({ id, value, set }: { readonly id: string; readonly value: Readonly<Record<string, string | number | boolean>>; set(value: unknown): void }) {
  const text = Object.entries(value)
    .map(([k, v]) => `${k}=${v}`)
    .join(', ');
  const read = (t: string) => {
    const pairs = t
      .split(',')
      .map((p) => p.trim())
      .filter((p) => p !== '')
      .map((p) => {
        const [k = '', ...v] = p.split('=');
        const raw = v.join('=').trim();
        return [k.trim(), raw === 'true' ? true : raw === 'false' ? false : raw !== '' && !Number.isNaN(Number(raw)) ? Number(raw) : raw] as const;
      });
    set(pairs.length === 0 ? null : Object.fromEntries(pairs));
  };
  return <Typed id={id} text={text} invalid={false} set={read} />;
}
