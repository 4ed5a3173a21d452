import { useEffect, useRef, useState } from 'react';
import { clockText } from '../../base/time.ts';
import { keyName } from '../canvas/keys.ts';
import { useEffective } from '../store/effective.ts';
import { useSession } from '../store/session.ts';

/** The canvas in words: every place with the same numbers, and what is happening. */
export function TextView() {
  const doc = useEffective();
  const picture = useSession((s) => s.picture);
  const latest = picture?.findings.at(-1);
  const [said, setSaid] = useState('');
  const news = latest ? `${clockText(latest.at)} ${latest.title} ${latest.because}` : 'Nothing is wrong so far.';
  const newest = useRef(news);
  newest.current = news;
  useEffect(() => {
    // Not more often than somebody can listen; news that comes faster than that does not hold the rest back.
    const timer = setInterval(() => setSaid(newest.current), 3000);
    setSaid(newest.current);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="text-view">
      <p role="status" aria-live="polite">
        {said}
      </p>
      <table>
        <caption className="sr-only">Places and their numbers</caption>
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">State</th>
            <th scope="col">Numbers</th>
            <th scope="col">Messages</th>
          </tr>
        </thead>
        <tbody>
          {picture?.places.map((p) => (
            <tr key={p.id}>
              <th scope="row">{doc.nodes.find((n) => n.id === p.id)?.title ?? p.id}</th>
              <td>{p.health ?? ''}</td>
              <td className="num">{p.gauges.map((g) => `${g.name} ${g.value}`).join(', ')}</td>
              <td>
                {p.lanes
                  .map((l) =>
                    [
                      l.label,
                      l.note,
                      l.cells
                        .slice(0, 8)
                        .map((c) => `${keyName(c.key)}${c.seq}${c.state === 'held' ? ' held' : ''}${c.redelivered ? ' redelivered' : ''}${c.duplicate ? ' twice' : ''}${c.disordered ? ' out of order' : ''}`)
                        .join(' '),
                    ]
                      .filter(Boolean)
                      .join(': '),
                  )
                  .join(' · ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
