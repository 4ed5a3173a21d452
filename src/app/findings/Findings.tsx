import { useMemo, useState } from 'react';
import { useSession } from '../store/session.ts';
import { Item } from './Item.tsx';
import { iconOf, rankOf, wordsOf } from './kinds.ts';

const SHOWN = 120;
export function Findings() {
  const picture = useSession((s) => s.picture);
  const [chosen, setOnly] = useState<string | null>(null);
  /** Id of the newest finding when somebody began to read: what comes after it waits. */
  const [upTo, setUpTo] = useState<number | null>(null);
  const totals = Object.entries(picture?.findingTotals ?? {}).sort((a, b) => rankOf(a[0]) - rankOf(b[0]));
  // Where there is none of that kind any more, all are shown.
  const only = chosen !== null && picture?.findingTotals[chosen] !== undefined ? chosen : null;
  const list = useMemo(
    () =>
      (picture?.findings ?? [])
        .filter((f) => only === null || f.check === only)
        .toReversed()
        .slice(0, SHOWN),
    [picture?.findings, only],
  );
  if (totals.length === 0) return <p className="quiet pad">Nothing is wrong so far. What goes wrong is told here: when, where and why.</p>;
  const shown = upTo === null ? list : list.filter((f) => f.id <= upTo);
  const read = () => setUpTo((before) => before ?? list[0]?.id ?? null);
  const leave = () => setUpTo(null);
  return (
    <>
      <div className="chips" role="group" aria-label="Show only">
        {totals.map(([check, n]) => (
          <button key={check} type="button" className="chip" data-check={check} aria-pressed={only === check} onClick={() => setOnly(only === check ? null : check)}>
            <span aria-hidden>{iconOf(check)}</span> <b className="num">{n}</b> {wordsOf(check)}
          </button>
        ))}
        {shown.length < list.length && <small className="quiet num">{list.length - shown.length} newer</small>}
      </div>
      <ul className="list" onPointerEnter={read} onPointerLeave={leave} onFocus={read} onBlur={leave}>
        {shown.map((f) => (
          <Item key={f.id} finding={f} />
        ))}
      </ul>
    </>
  );
}
