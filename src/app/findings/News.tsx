import './news.css';
import { X } from 'lucide-react';
import { useState } from 'react';
import { clockText } from '../../base/time.ts';
import { titleOf } from '../../scenario/document.ts';
import type { Finding } from '../../worker/protocol.ts';
import { useDocument } from '../store/document.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { iconOf, rankOf } from './kinds.ts';

const OF_SEVERITY = { bad: 0, warn: 100, note: 200 } as const;
/** The lower, the graver: what is bad comes before any warning. */
const gravity = ({ severity, check }: Finding): number => OF_SEVERITY[severity] + rankOf(check);

/** The gravest that was found so far, until somebody puts it away: below what the scenario asks, and over the canvas where that stands alone. */
export function News() {
  const findings = useSession((s) => s.picture?.findings);
  const doc = useDocument((s) => s.doc);
  /** Checks of which nobody wants to hear again. */
  const [away, setAway] = useState<ReadonlySet<string>>(new Set());
  const gravest = findings?.reduce<Finding | null>((worst, f) => (f.severity === 'note' || away.has(f.check) || (worst && gravity(worst) <= gravity(f)) ? worst : f), null);
  if (!gravest) {
    const other = away.size > 0 ? 'else ' : '';
    return <p className="news quiet">{findings?.length ? `Nothing ${other}bad so far; smaller things are among the findings.` : `Nothing ${other}has gone wrong so far.`}</p>;
  }
  const { id, check, at, title, place, message } = gravest;
  const why = () => {
    const { pause, seek } = useSession.getState();
    pause();
    seek(at);
    const node = doc.nodes.find((n) => n.id === place.split('/')[0]);
    useView.getState().setStage(false);
    useView.getState().ask(id, message ?? null, node ? [node.id] : []);
  };
  return (
    <div className="news" role="status">
      <span className="dot" data-check={check} aria-hidden>
        {iconOf(check)}
      </span>
      <p>
        <strong>{title}</strong> <span className="quiet num">{[...(title.includes(titleOf(doc, place)) ? [] : [titleOf(doc, place)]), clockText(at)].join(', ')}</span>
      </p>
      <button type="button" className="btn soft" onClick={why}>
        Why?
      </button>
      <button type="button" className="btn plain" aria-label="Put it away" onClick={() => setAway(new Set([...away, check]))}>
        <X size={13} aria-hidden />
      </button>
    </div>
  );
}
