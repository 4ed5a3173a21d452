/** Rule by rule what a model keeps to: recorded on a real broker, documented, or made simpler. */
import './rules.css';
import { useEffect, useState } from 'react';
import { catalog, loadRooms, rulesOf } from '../../catalog.ts';
import type { RoomDescriptor, Rule, Rules } from '../../scenario/descriptor.ts';
import { isRecorded, proofOf, proofText, versionsText } from '../../scenario/proof.ts';
import { useView } from '../store/view.ts';

const SHOWN = ['all', 'recorded', 'documented'] as const;

export default function RulesPage() {
  const chosen = useView((s) => s.rulesOf);
  const [brokers, setBrokers] = useState<readonly RoomDescriptor[]>([]);
  const room = brokers.find((one) => one.id === chosen) ?? brokers[0];
  useEffect(() => void loadRooms().then(() => setBrokers(catalog.rooms.filter((one) => one.versions !== undefined))), []);
  if (!room) return null;
  return (
    <>
      <div className="rules-brokers" role="tablist" aria-label="Broker">
        {brokers.map((one) => (
          <button key={one.id} type="button" role="tab" aria-selected={one === room} className="btn" onClick={() => useView.getState().showRules(one.id)}>
            {one.title}
          </button>
        ))}
      </div>
      <RulesOf key={room.id} room={room} />
    </>
  );
}
function RulesOf({ room }: { readonly room: RoomDescriptor }) {
  const [rules, setRules] = useState<Rules>({});
  const [words, setWords] = useState('');
  const [shown, setShown] = useState<(typeof SHOWN)[number]>('all');
  useEffect(() => void rulesOf(room.id).then(setRules), [room]);
  const wanted = words.trim().toLowerCase();
  const fits = ([number, rule]: [string, Rule]) => (shown === 'all' || isRecorded(rule) === (shown === 'recorded')) && (wanted === '' || `${number} ${rule.says} ${rule.recorded?.join(' ') ?? ''}`.toLowerCase().includes(wanted));
  const rows = Object.entries(rules).filter(fits);
  return (
    <div role="tabpanel" aria-label={room.title}>
      <p className="rules-about">
        <span className="quiet">{room.versions}</span>
        <br />
        {proofText(proofOf(rules, room))}.
      </p>
      <div className="rules-filter">
        <input className="field" type="search" placeholder="Find a rule …" aria-label="Find a rule" value={words} onChange={(e) => setWords(e.target.value)} />
        <select className="field" aria-label="Proof" value={shown} onChange={(e) => setShown(e.target.value as typeof shown)}>
          {SHOWN.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </div>
      <ol className="rules-list">
        {rows.map(([number, rule]) => (
          <Statement key={number} number={number} rule={rule} />
        ))}
      </ol>
      {rows.length === 0 && <p className="quiet">No rule says that.</p>}
      <h3>Simplified</h3>
      <ul className="rules-simplified">
        {room.simplifications.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </div>
  );
}
function Statement({ number, rule }: { readonly number: string; readonly rule: Rule }) {
  const versions = versionsText(rule);
  return (
    <li>
      <span className="num quiet">{number}</span>
      <span>
        {rule.says} {versions !== '' && <span className="quiet">({versions})</span>}
        <br />
        <small className="quiet">
          {isRecorded(rule) ? (
            <>
              <b className="tone-ok">recorded</b>: {rule.recorded?.join(', ')}
            </>
          ) : (
            'documented'
          )}{' '}
          ·{' '}
          <a href={rule.source} target="_blank" rel="noreferrer">
            source<span className="sr-only"> of {number}</span>
          </a>
        </small>
      </span>
    </li>
  );
}
