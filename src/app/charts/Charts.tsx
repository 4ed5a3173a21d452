import 'uplot/dist/uPlot.min.css';
import './charts.css';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { clockText } from '../../base/time.ts';
import type { Series } from '../../worker/protocol.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';

type Row = readonly (number | null)[];
interface ChartSpec {
  readonly name: string;
  readonly unit: string;
  readonly lines: readonly { readonly name: string; readonly colour: string; readonly of: (s: Series) => Row }[];
  /** Of a line's value. */
  readonly text: (value: number) => string;
}
/** The value at a point, or the last one known before it. */
function valueAt(row: Row, at: number): number {
  for (let i = Math.min(at, row.length - 1); i >= 0; i--) if (typeof row[i] === 'number') return row[i] as number;
  return 0;
}
const ms = (row: Row): Row => row.map((v) => (v === null ? null : v / 1000));
/** Per second over the last few points: single points jump. */
const smooth = (row: Row): Row =>
  row.map((_, i) => {
    const from = Math.max(0, i - 9);
    let sum = 0;
    for (let k = from; k <= i; k++) sum += row[k] ?? 0;
    return sum / (i - from + 1);
  });
const CHARTS: readonly ChartSpec[] = [
  {
    name: 'Throughput',
    unit: '/s',
    lines: [
      { name: 'in', colour: '--accent', of: (s) => smooth(s.throughputIn) },
      { name: 'effects', colour: '--ok', of: (s) => smooth(s.throughputOut) },
    ],
    text: (v) => v.toFixed(1),
  },
  {
    name: 'Waiting',
    unit: '',
    lines: [
      { name: 'ready', colour: '--redelivered', of: (s) => s.ready },
      { name: 'unacked', colour: '--accent', of: (s) => s.unacked },
    ],
    text: (v) => String(v),
  },
  {
    name: 'Latency',
    unit: 'ms',
    lines: [
      { name: 'p99', colour: '--lost', of: (s) => ms(s.p99) },
      { name: 'p50', colour: '--accent', of: (s) => ms(s.p50) },
    ],
    text: (v) => String(Math.round(v)),
  },
  { name: 'Redeliveries', unit: '/s', lines: [{ name: 'redeliveries', colour: '--duplicate', of: (s) => smooth(s.redeliveries) }], text: (v) => v.toFixed(1) },
];
export default function Charts() {
  const series = useSession((s) => s.picture?.series);
  const now = useSession((s) => s.now);
  const hover = useView((s) => s.hover);
  // Under the pointer, on a chart or on the timeline; else where the run stands.
  const point = series ? Math.max(0, Math.floor((hover ?? now) / series.stepUs) - 1) : 0;
  return (
    <section className="charts" aria-label="Charts">
      {CHARTS.map((c) => (
        <figure key={c.name}>
          <figcaption>
            {c.name}
            {c.unit !== '' && <small>{c.unit}</small>}
            <span>
              {c.lines.map((l) => (
                <i key={l.name} style={{ color: `var(${l.colour})` }}>
                  {c.lines.length > 1 && l.name} <b className="num">{series ? c.text(valueAt(l.of(series), point)) : ''}</b>
                </i>
              ))}
            </span>
          </figcaption>
          <Chart spec={c} />
        </figure>
      ))}
    </section>
  );
}
/** Charts that are to be drawn anew: one in each animation frame, all four at once would be a long one. */
const due = new Set<() => void>();
function drawNext(): void {
  const [draw] = due;
  if (!draw) return;
  due.delete(draw);
  if (due.size > 0) requestAnimationFrame(drawNext);
  draw();
}
function drawInTurn(draw: () => void): void {
  if (due.size === 0) requestAnimationFrame(drawNext);
  due.add(draw);
}
const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function Chart({ spec }: { readonly spec: ChartSpec }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let plot: uPlot | null = null;
    const make = () => {
      plot?.destroy();
      // Asked once: to ask while it is drawn makes the browser style the whole page in between.
      const quiet = css('--text-3');
      const axis = { stroke: quiet, grid: { stroke: css('--line'), width: 1 }, ticks: { show: false }, font: '10px system-ui', size: 34 };
      plot = new uPlot(
        {
          width: Math.max(60, element.clientWidth),
          height: Math.max(40, element.clientHeight),
          padding: [6, 16, 0, 0],
          legend: { show: false },
          cursor: { sync: { key: 'tailrace', setSeries: false, scales: ['x', null] }, y: false, points: { size: 6 } },
          scales: { x: { time: false }, y: { range: (_, __, max) => [0, Math.max(1, max * 1.08)] } },
          axes: [
            { ...axis, size: 18, values: (_, ticks) => ticks.map((t) => (Number.isInteger(t) ? clockText(t * 1e6).slice(0, -4) : '')), space: 46 },
            { ...axis, values: (_, ticks) => ticks.map((t) => (t >= 1000 ? `${t / 1000}k` : String(t))), space: 24 },
          ],
          series: [{}, ...spec.lines.map((l, i) => ({ label: l.name, stroke: css(l.colour), width: 1.6, points: { show: false }, spanGaps: true, ...(i === 0 ? { fill: `color-mix(in srgb, ${css(l.colour)} 14%, transparent)` } : {}) }))],
          hooks: {
            setCursor: [(u) => u.cursor.event && useView.getState().setHover((u.cursor.left ?? -1) < 0 ? null : u.posToVal(u.cursor.left as number, 'x') * 1e6)],
            draw: [
              (u) => {
                // The playhead, in every chart.
                const x = u.valToPos(useSession.getState().now / 1e6, 'x', true);
                if (x < u.bbox.left || x > u.bbox.left + u.bbox.width) return;
                u.ctx.fillStyle = quiet;
                u.ctx.fillRect(x, u.bbox.top, 1, u.bbox.height);
              },
            ],
          },
        },
        [[0], ...spec.lines.map(() => [0])],
        element,
      );
      plot.over.addEventListener('click', () => plot?.cursor.left !== undefined && plot.cursor.left >= 0 && useSession.getState().seek(plot.posToVal(plot.cursor.left, 'x') * 1e6));
      draw();
    };
    const draw = () => {
      const series = useSession.getState().picture?.series;
      if (!series || !plot) return;
      const rows = spec.lines.map((l) => l.of(series) as (number | null)[]);
      const xs = Array.from({ length: rows[0]?.length ?? 0 }, (_, i) => ((i + 1) * series.stepUs) / 1e6);
      plot.setData([xs, ...rows]);
    };
    make();
    const size = new ResizeObserver(() => plot?.setSize({ width: Math.max(60, element.clientWidth), height: Math.max(40, element.clientHeight) }));
    size.observe(element);
    const theme = new MutationObserver(make);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    // The pointer on the timeline moves the cursor here, too; on a chart uPlot does it.
    const follow = useView.subscribe((s, before) => {
      if (s.hover === before.hover || !plot || element.parentElement?.parentElement?.matches(':hover')) return;
      plot.setCursor({ left: s.hover === null ? -10 : plot.valToPos(s.hover / 1e6, 'x'), top: 4 }, false);
    });
    const stop = useSession.subscribe((s, before) => s.picture !== before.picture && drawInTurn(draw));
    return () => {
      stop();
      due.delete(draw);
      follow();
      size.disconnect();
      theme.disconnect();
      plot?.destroy();
    };
  }, [spec]);
  return <div ref={place} className="chart" role="img" aria-label={`${spec.name}: ${spec.lines.map((l) => l.name).join(' and ')} over time`} />;
}
