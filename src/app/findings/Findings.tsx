import { useMemo, useState } from 'react';
import { clockText } from '../../base/time.ts';
import { catalog } from '../../catalog.ts';
import { titleOf } from '../../scenario/document.ts';
import type { Finding } from '../../worker/protocol.ts';
import { useDocument } from '../store/document.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';

const SHOWN = 120;
const ICONS: Readonly<Record<string, string>> = {
  'effect-once': '◉',
  order: '⇅',
  'no-loss': '✕',
  unrouted: '⊘',
  'dead-lettered': '†',
  expired: '◔',
  dropped: '⤓',
  'delivered-once': '↻',
  backpressure: '‖',
  'growing-depth': '↗',
  'idle-consumer': '○',
  'poison-loop': '∞',
  'prefetch-hogging': '▤',
  latency: '◕',
  conservation: '≠',
};
const title = (check: string) => catalog.checks.find((c) => c.name === check)?.found ?? check;

export function Findings() {
  const picture = useSession((s) => s.picture);
  const [only, setOnly] = useState<string | null>(null);
  const totals = Object.entries(picture?.findingTotals ?? {}).sort((a, b) => rankOf(a[0]) - rankOf(b[0]));
  const list = useMemo(
    () =>
      (picture?.findings ?? [])
        .filter((f) => only === null || f.check === only)
        .toReversed()
        .slice(0, SHOWN),
    [picture?.findings, only],
  );
  if (totals.length === 0) return <p className="quiet pad">Nothing is wrong so far.</p>;
  return (
    <>
      <div className="chips" role="group" aria-label="Show only">
        {totals.map(([check, n]) => (
          <button key={check} type="button" className="chip" data-check={check} aria-pressed={only === check} onClick={() => setOnly(only === check ? null : check)}>
            <span aria-hidden>{ICONS[check] ?? '•'}</span> <b className="num">{n}</b> {title(check)}
          </button>
        ))}
      </div>
      <ul className="list">
        {list.map((f) => (
          <Item key={f.id} finding={f} />
        ))}
      </ul>
    </>
  );
}
const ORDER = ['conservation', 'effect-once', 'no-loss', 'unrouted', 'poison-loop', 'dropped', 'expired', 'order', 'dead-lettered', 'backpressure', 'growing-depth', 'prefetch-hogging', 'idle-consumer', 'latency', 'delivered-once'];
const rankOf = (check: string) => ORDER.indexOf(check);

function Item({ finding }: { readonly finding: Finding }) {
  const [open, setOpen] = useState(false);
  const { seek } = useSession.getState();
  const name = useDocument((s) => titleOf(s.doc, finding.place));
  const { message, remedyEdit } = finding;
  return (
    <li className="finding" data-check={finding.check}>
      <span className="dot" data-check={finding.check} aria-hidden>
        {ICONS[finding.check] ?? '•'}
      </span>
      <div>
        <p className="meta num">
          {clockText(finding.at)} <span>{name}</span>
        </p>
        <p>
          <strong>{finding.title}</strong> {finding.because}
        </p>
        <p className="links">
          <button type="button" className="link" onClick={() => seek(finding.at)}>
            Go to the moment
          </button>
          {message !== undefined && (
            <button
              type="button"
              className="link"
              onClick={() => {
                seek(finding.at);
                useView.getState().follow(message);
              }}
            >
              Follow the message
            </button>
          )}
          {finding.remedy !== undefined && (
            <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
              How to prevent it
            </button>
          )}
          {finding.source !== undefined && (
            <a href={finding.source} target="_blank" rel="noreferrer">
              Why is that so?
            </a>
          )}
        </p>
        {open && (
          <div className="remedy">
            {finding.remedy}{' '}
            {remedyEdit && (
              <button type="button" className="btn" onClick={() => useDocument.getState().edit(`${remedyEdit.field} of ${remedyEdit.on}`, [{ do: 'set', on: remedyEdit.on, with: { [remedyEdit.field]: remedyEdit.value } }], 0)}>
                Set {remedyEdit.field} to {String(remedyEdit.value)} and run again
              </button>
            )}
          </div>
        )}
      </div>
    </li>
  );
}
