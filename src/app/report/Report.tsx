import { useEffect, useState } from 'react';
import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { spanText } from '../../base/time.ts';
import { catalog } from '../../catalog.ts';
import type { Report as RunReport } from '../../worker/protocol.ts';
import { nodeOf, titleOf } from '../../scenario/document.ts';
import { useDocument } from '../store/document.ts';
import { useSession } from '../store/session.ts';

const FATE_COLOURS: Readonly<Record<string, string>> = { done: 'var(--ok)', pending: 'var(--accent)', 'in flight': 'var(--redelivered)', 'dead-lettered': 'var(--dead)', expired: '#d48a6a', dropped: 'var(--duplicate)', lost: 'var(--lost)' };
const tooltip = { contentStyle: { background: 'var(--raised)', border: '1px solid var(--line-strong)', borderRadius: 6 }, labelStyle: { color: 'var(--text)' } };
const tick = { fill: 'var(--text-3)', fontSize: 11 };

export default function Report() {
  const doc = useDocument((s) => s.doc);
  const commands = useSession((s) => s.commands);
  const [report, setReport] = useState<RunReport | null>(null);
  useEffect(() => void commands?.report().then(setReport), [commands]);
  if (!report) return <p>…</p>;
  const fates = Object.entries(report.fates).map(([place, row]) => ({ place: titleOf(doc, place), ...row }));
  const told = Object.keys(FATE_COLOURS).filter((fate) => fates.some((row) => fate in row));
  return (
    <div className="report">
      <p className="quiet num">
        up to {spanText(report.until)} · history {report.hash}
      </p>
      <h3>Publications</h3>
      <p className="num">
        {Object.entries(report.publications)
          .map(([name, n]) => `${name} ${n}`)
          .join(' · ')}
      </p>
      {report.verdicts.length > 0 && (
        <>
          <h3>What should hold</h3>
          <ul>
            {report.verdicts.map((v, i) => (
              <li key={`${v.check} ${v.on ?? i}`}>
                <b className={v.verdict === 'holds' ? 'tone-ok' : v.verdict === 'broken' ? 'tone-bad' : ''}>{v.verdict}</b> {catalog.checks.find((c) => c.name === v.check)?.title ?? v.check}
                {v.on !== undefined && ` (${titleOf(doc, v.on)})`} <span className="quiet">{v.says}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>What became of the copies in each place</h3>
      <ResponsiveContainer width="100%" height={Math.max(120, fates.length * 34 + 50)}>
        <BarChart data={fates} layout="vertical" margin={{ left: 40 }}>
          <CartesianGrid stroke="var(--line)" horizontal={false} />
          <XAxis type="number" tick={tick} />
          <YAxis type="category" dataKey="place" tick={tick} width={110} />
          <Tooltip {...tooltip} />
          <Legend />
          {told.map((fate) => (
            <Bar key={fate} dataKey={fate} stackId="fate" fill={FATE_COLOURS[fate] ?? ''} isAnimationActive={false} />
          ))}
        </BarChart>
      </ResponsiveContainer>
      <table aria-label="Copies by place and fate">
        <thead>
          <tr>
            <th>Place</th>
            {told.map((fate) => (
              <th key={fate}>{fate}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {fates.map(({ place, ...row }) => (
            <tr key={place}>
              <td>{place}</td>
              {told.map((fate) => (
                <td key={fate} className="num">
                  {(row as Readonly<Record<string, number>>)[fate] ?? 0}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <h3>Latency by stage</h3>
      <Stages report={report} />
      {report.theory.length > 0 && (
        <>
          <h3>Theory beside measurement</h3>
          <table>
            <thead>
              <tr>
                <th>Place</th>
                <th>Quantity</th>
                <th>Measured</th>
                <th>Theory</th>
                <th>Note</th>
              </tr>
            </thead>
            <tbody>
              {report.theory.map((t) => (
                <tr key={`${t.place} ${t.quantity}`}>
                  <td>{t.place}</td>
                  <td>{t.quantity}</td>
                  <td className="num">{t.measured.toFixed(3)}</td>
                  <td className="num">{t.predicted === null ? '—' : t.predicted.toFixed(3)}</td>
                  <td className="quiet">{t.note}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <h3>Findings</h3>
      <p className="num">
        {Object.entries(report.findings)
          .map(([check, n]) => `${n} ${catalog.checks.find((c) => c.name === check)?.found ?? check}`)
          .join(' · ') || 'none'}
      </p>
    </div>
  );
}
/** In the order in which a message goes through them; the sum at last. */
const STAGES: readonly string[] = ['waiting', 'wait', 'service', 'end to end'];
const STAGE_WORDS: Readonly<Record<string, string>> = { waiting: 'in the queue', wait: 'until work begins', service: 'at work' };
function Stages({ report }: { readonly report: RunReport }) {
  const doc = useDocument((s) => s.doc);
  const order = doc.nodes.map((n) => n.id);
  const stages = report.stages.filter((s) => s.count > 0).toSorted((a, b) => order.indexOf(nodeOf(a.place)) - order.indexOf(nodeOf(b.place)) || STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage));
  const [chosen, setChosen] = useState(stages.find((s) => s.stage === 'end to end') ?? stages[0]);
  if (!chosen) return <p className="quiet">Nothing was measured yet.</p>;
  const bars = chosen.histogram.map((b) => ({ upTo: spanText(b.upTo), count: b.count }));
  return (
    <>
      <table>
        <thead>
          <tr>
            <th>Place</th>
            <th>Stage</th>
            <th>Count</th>
            <th>p50</th>
            <th>p90</th>
            <th>p99</th>
            <th>Longest</th>
          </tr>
        </thead>
        <tbody>
          {stages.map((s) => (
            <tr key={`${s.place} ${s.stage}`}>
              <td>
                <button type="button" className="link" aria-pressed={s === chosen} onClick={() => setChosen(s)}>
                  {titleOf(doc, s.place)}
                </button>
              </td>
              <td>{STAGE_WORDS[s.stage] ?? s.stage}</td>
              <td className="num">{s.count}</td>
              <td className="num">{spanText(s.p50)}</td>
              <td className="num">{spanText(s.p90)}</td>
              <td className="num">{spanText(s.p99)}</td>
              <td className="num">{spanText(s.max)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h4>
        {titleOf(doc, chosen.place)}, {STAGE_WORDS[chosen.stage] ?? chosen.stage}
      </h4>
      <ResponsiveContainer width="100%" height={170}>
        <BarChart data={bars}>
          <XAxis dataKey="upTo" tick={tick} />
          <YAxis tick={tick} width={44} />
          <Tooltip {...tooltip} />
          <Bar dataKey="count" name="messages up to" fill="var(--accent)" isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </>
  );
}
