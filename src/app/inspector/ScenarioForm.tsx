import { parseDuration } from '../../base/time.ts';
import { catalog } from '../../catalog.ts';
import { titleOf } from '../../scenario/document.ts';
import { useDocument } from '../store/document.ts';
import { useSession } from '../store/session.ts';
import { makeThisTheStart } from '../canvas/selection.ts';
import { Form } from './Form.tsx';
import type { Fields } from '../../scenario/fields.ts';

const LIVE = { how: 'restart', says: 'The run begins anew.' } as const;
const FIELDS: Fields = {
  seed: { type: 'integer', label: 'Seed', help: 'another seed, another luck', min: 0, max: 4_294_967_295, default: 1, applies: LIVE },
  duration: { type: 'duration', label: 'Duration', help: 'then producers stop and it is judged; empty = endless', min: 1e6, max: 86_400e6, optional: true, applies: LIVE },
  title: { type: 'text', label: 'Title', help: 'of the scenario', maxLength: 200, default: 'Untitled', applies: { how: 'live' } },
  description: { type: 'text', label: 'Description', help: 'what it shows, what to ask', maxLength: 10_000, optional: true, applies: { how: 'live' } },
};
/** Nothing is selected: the scenario as a whole, and the verdicts. */
export function ScenarioForm() {
  const doc = useDocument((s) => s.doc);
  // Before the first picture nothing is judged: the list is there, so that nothing moves when it comes.
  const verdicts = useSession((s) => s.picture?.verdicts) ?? (doc.invariants ?? []).map(({ check, on }) => ({ check, on, verdict: 'unknown' as const, says: 'Not yet: judged when the run has drained.' }));
  const now = useSession((s) => s.now);
  const edited = (doc.timeline ?? []).some((e) => (parseDuration(e.at) ?? 0) <= now && e.by === 'live');
  return (
    <>
      <p className="section-title">Scenario</p>
      <p className="about">Select a node or a wire to see and change its settings.</p>
      {verdicts.length > 0 && (
        <>
          <h3 className="section-title">What should hold</h3>
          <ul className="verdicts">
            {verdicts.map((v, i) => (
              <li key={`${v.check} ${v.on ?? i}`}>
                <b className={v.verdict === 'broken' ? 'tone-bad' : v.verdict === 'holds' ? 'tone-ok' : 'tone-note'}>
                  {v.verdict === 'broken' ? '✕' : v.verdict === 'holds' ? '✓' : '…'} {v.verdict}
                </b>{' '}
                <span title={catalog.checks.find((c) => c.name === v.check)?.about}>{catalog.checks.find((c) => c.name === v.check)?.title ?? v.check}</span> {v.on !== undefined && <span className="quiet">({titleOf(doc, v.on)})</span>}
                <small>{v.says}</small>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3 className="section-title">Settings</h3>
      <Form fields={FIELDS} config={doc as unknown as Record<string, unknown>} onChange={(name, value) => useDocument.getState().change(name, { [name]: value ?? undefined })} />
      {edited && (
        <button type="button" className="btn" onClick={makeThisTheStart}>
          Make this the start
        </button>
      )}
    </>
  );
}
