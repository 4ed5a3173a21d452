import './findings.css';
import { useState } from 'react';
import { clockText } from '../../base/time.ts';
import { titleOf } from '../../scenario/document.ts';
import type { Finding } from '../../worker/protocol.ts';
import { useDocument } from '../store/document.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { iconOf } from './kinds.ts';

/** A finding: when and where, what and why, and what can be done. @param asked somebody wants to know why: it is opened */
export function Item({ finding, asked = false }: { readonly finding: Finding; readonly asked?: boolean }) {
  const [open, setOpen] = useState(asked);
  const { seek } = useSession.getState();
  const name = useDocument((s) => titleOf(s.doc, finding.place));
  const { message, remedyEdit } = finding;
  return (
    <li className="finding" data-check={finding.check}>
      <span className="dot" data-check={finding.check} aria-hidden>
        {iconOf(finding.check)}
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
