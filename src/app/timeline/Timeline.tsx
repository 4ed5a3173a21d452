import './timeline.css';
import { type KeyboardEvent, type PointerEvent, useCallback, useMemo, useRef, useState } from 'react';
import { clockText, spanText } from '../../base/time.ts';
import type { Finding, Mark } from '../../worker/protocol.ts';
import { lastFrame, useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';

interface Group {
  readonly at: number;
  readonly findings: readonly Finding[];
}
/** The whole run as a bar: drag it to any moment, backwards too. */
export function Timeline() {
  const now = useSession((s) => s.now);
  const head = useSession((s) => s.head);
  const picture = useSession((s) => s.picture);
  const seek = useSession((s) => s.seek);
  const hover = useView((s) => s.hover);
  const bar = useRef<HTMLDivElement>(null);
  const [dragging, setDragging] = useState(false);
  const lastSeek = useRef(0);
  /** Where the keys have gone, while the engine is still on its way there. */
  const aim = useRef<{ readonly at: number; readonly asked: number } | null>(null);
  const duration = lastFrame?.duration;
  const end = Math.max(20e6, Math.ceil((Math.max(head, duration ?? 0, ...(picture?.marks.map((m) => m.at) ?? [])) * 1.02) / 1e6) * 1e6);
  const share = (at: number) => `${(at / end) * 100}%`;

  const timeAt = useCallback(
    (clientX: number): number => {
      const box = bar.current?.getBoundingClientRect();
      return box ? Math.max(0, Math.min(1, (clientX - box.left) / box.width)) * end : 0;
    },
    [end],
  );
  const go = (event: PointerEvent, force: boolean) => {
    // Live while dragging, but not faster than the engine can show.
    if (!force && performance.now() - lastSeek.current < 60) return;
    lastSeek.current = performance.now();
    seek(timeAt(event.clientX));
  };
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1e6, ArrowRight: 1e6, PageUp: -10e6, PageDown: 10e6 }[event.key] ?? 0;
    const from = aim.current && performance.now() - aim.current.asked < 1500 ? aim.current.at : now;
    const to = by !== 0 ? Math.min(end, Math.max(0, from + (event.shiftKey ? by / 10 : by))) : event.key === 'Home' ? 0 : event.key === 'End' ? head : null;
    if (to === null) return;
    aim.current = { at: to, asked: performance.now() };
    seek(to);
    event.preventDefault();
    event.stopPropagation();
  };
  const findings = picture?.findings;
  const groups = useMemo<readonly Group[]>(() => {
    const out: { at: number; findings: Finding[] }[] = [];
    for (const f of findings ?? []) {
      const last = out.at(-1);
      if (last && f.at - last.at < end / 260) last.findings.push(f);
      else out.push({ at: f.at, findings: [f] });
    }
    return out;
  }, [findings, end]);
  const step = tickStep(end);
  const ticks = Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
  return (
    <div className="timeline">
      <div className="marks" aria-hidden>
        {gathered(picture?.marks ?? [], end).map(({ mark: m, more, words }, i, all) => (
          <span key={m.at} className={`mark tone-${m.tone}`} style={{ left: share(m.at), maxWidth: share((all[i + 1]?.mark.at ?? end) - m.at) }} title={words}>
            ▼ <span>{more > 0 ? `${m.label} +${more}` : m.label}</span>
          </span>
        ))}
      </div>
      <div
        ref={bar}
        className="bar"
        role="slider"
        tabIndex={0}
        aria-label="Moment of the run"
        aria-valuemin={0}
        aria-valuemax={Math.round(end / 1e6)}
        aria-valuenow={Math.round(now / 1e6)}
        aria-valuetext={`${clockText(now)} of ${spanText(head)} simulated`}
        onKeyDown={onKey}
        onPointerDown={(e) => {
          const mark = (e.target as HTMLElement).dataset['at'];
          if (mark !== undefined) {
            seek(Number(mark));
            return;
          }
          e.currentTarget.setPointerCapture(e.pointerId);
          setDragging(true);
          go(e, true);
        }}
        onPointerMove={(e) => {
          useView.getState().setHover(timeAt(e.clientX));
          if (dragging) go(e, false);
        }}
        onPointerUp={(e) => {
          if (dragging) go(e, true);
          setDragging(false);
        }}
        onPointerLeave={() => useView.getState().setHover(null)}
      >
        {picture?.marks.map((m, i) => m.until !== undefined && <span key={`u${i}`} className="stretch" style={{ left: share(m.at), width: share(m.until - m.at) }} />)}
        <span className="head" style={{ width: share(head) }} />
        <span className="played" style={{ width: share(now) }} />
        {duration !== undefined && <span className="judged" style={{ left: share(duration) }} title="Here producers stop and the system drains" />}
        {groups.map((g) => (
          <span
            key={g.at}
            className={`find sev-${worst(g.findings)}`}
            data-check={g.findings[0]?.check}
            data-at={g.at}
            style={{ left: share(g.at) }}
            title={`${clockText(g.at)} ${g.findings.length > 1 ? `${g.findings.length} findings\n` : ''}${g.findings
              .map((f) => f.title)
              .slice(0, 4)
              .join('\n')}`}
          />
        ))}
        {hover !== null && (
          <span className="hover num" style={{ left: share(hover) }}>
            {clockText(hover)}
          </span>
        )}
        <span className="knob" style={{ left: share(now) }} />
      </div>
      <div className="ticks num" aria-hidden>
        {ticks.map((t) => (
          <span key={t} style={{ left: share(t) }}>
            {clockText(t).slice(0, -4)}
          </span>
        ))}
      </div>
    </div>
  );
}
/** Marks whose labels would lie on each other become one with a count. */
function gathered(marks: readonly Mark[], end: number): { readonly mark: Mark; more: number; words: string }[] {
  const out: { readonly mark: Mark; more: number; words: string }[] = [];
  for (const mark of marks) {
    const words = `${clockText(mark.at)} ${mark.label}`;
    const last = out.at(-1);
    if (last && mark.at - last.mark.at < end * 0.11) {
      last.more++;
      last.words += `\n${words}`;
    } else out.push({ mark, more: 0, words });
  }
  return out;
}
function worst(findings: readonly Finding[]): Finding['severity'] {
  return findings.some((f) => f.severity === 'bad') ? 'bad' : findings.some((f) => f.severity === 'warn') ? 'warn' : 'note';
}
function tickStep(end: number): number {
  return [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600].map((s) => s * 1e6).find((s) => end / s <= 14) ?? 86_400e6;
}
