import { Command } from 'cmdk';
import { SPEEDS } from './speeds.ts';
import { Dialog } from 'radix-ui';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { catalog } from '../../catalog.ts';
import { clockText } from '../../base/time.ts';
import { gallery } from '../../gallery/index.ts';
import { encodeShare, LONGEST } from '../../interchange/share-url.ts';
import { connect, fitView, whyNot } from '../canvas/actions.ts';
import { addNode } from '../canvas/add-node.ts';
import { makeThisTheStart } from '../canvas/selection.ts';
import { autoLayout } from '../canvas/arrange.ts';
import { newDocument, openFile } from '../share/files.ts';
import { saveFile } from '../share/save.ts';
import { useDocument } from '../store/document.ts';
import { effectiveNow } from '../store/effective.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { aboutOf } from './about.ts';
import { open } from './boot.ts';
import { KEYS } from './key-list.ts';
import { Legend } from './Legend.tsx';
import { rank } from './rank.ts';

const Report = lazy(() => import('../report/Report.tsx'));
const RulesPage = lazy(() => import('../rules/RulesPage.tsx'));
const close = () => useView.getState().show(null);

export default function Dialogs() {
  const dialog = useView((s) => s.dialog);
  switch (dialog) {
    case 'commands':
      return <Commands />;
    case 'wire':
      return <WireTo />;
    case 'share':
      return <Share />;
    case 'report':
      return (
        <Shade title="Run report" wide>
          <Suspense fallback={<p>…</p>}>
            <Report />
          </Suspense>
        </Shade>
      );
    case 'rules':
      return (
        <Shade title="What the models keep to" wide>
          <Suspense fallback={<p>…</p>}>
            <RulesPage />
          </Suspense>
        </Shade>
      );
    case 'help':
      return (
        <Shade title="Marks and keys" wide>
          <Legend />
          <h3>Keys</h3>
          <dl className="keys">
            {KEYS.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </Shade>
      );
    default:
      return null;
  }
}
function Shade({ title, wide, children }: { readonly title: string; readonly wide?: boolean; readonly children: ReactNode }) {
  return (
    <Dialog.Root open onOpenChange={(o) => !o && close()}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-shade" />
        <Dialog.Content className="dialog" style={wide ? { width: 'min(980px, 94vw)' } : {}} aria-describedby={undefined}>
          <Dialog.Title asChild>
            <h2>{title}</h2>
          </Dialog.Title>
          {children}
          <Dialog.Close className="btn plain dialog-close" aria-label="Close">
            ×
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
function Commands() {
  const doc = effectiveNow();
  const findings = useSession((s) => s.picture?.findings) ?? [];
  const { toggle, step, seek, setSpeed } = useSession.getState();
  const { select, show, setTheme, stage, setStage } = useView.getState();
  const run = (todo: () => void) => () => {
    close();
    todo();
  };
  const item = (name: string, todo: () => void, key = '', also: string[] = []) => (
    <Command.Item key={`${name} ${key}`} value={`${name} ${key}`.trim()} keywords={also} onSelect={run(todo)}>
      {name} <span className="quiet">{key}</span>
    </Command.Item>
  );
  return (
    <Command.Dialog open filter={rank} onOpenChange={(o) => !o && close()} label="Commands" overlayClassName="dialog-shade" contentClassName="dialog commands">
      <Dialog.Title className="sr-only">Commands</Dialog.Title>
      <Command.Input className="field" placeholder="Add, wire, act; open a scenario by its subject …" aria-label="Command" />
      <Command.List>
        <Command.Empty>Nothing of that name.</Command.Empty>
        <Command.Group heading="Add">{catalog.rooms.flatMap((r) => r.nodes.map((n) => item(`Add ${n.title}`, () => addNode(n.kind), n.title === r.title ? '' : r.title)))}</Command.Group>
        <Command.Group heading="Run">
          {item('Play or pause', toggle, 'Space')}
          {item('Next entry', () => step('entry'), '.')}
          {item('Next finding', () => step('finding'), 'f')}
          {item('Back to the start', () => seek(0))}
          {item('Make this the start', makeThisTheStart)}
          {SPEEDS.map(([s, name]) => item(`Speed ${name}`, () => setSpeed(s)))}
        </Command.Group>
        <Command.Group heading="Select">{doc.nodes.map((n) => item(`Select ${n.title ?? n.id}`, () => select([n.id])))}</Command.Group>
        <Command.Group heading="Scenario">
          {item('New scenario', newDocument)}
          {item('Open file', openFile, 'Ctrl O')}
          {item('Save file', saveFile, 'Ctrl S')}
          {item('Share link', () => show('share'))}
          {item('Run report', () => show('report'))}
          {item('Tidy the layout', () => void autoLayout())}
          {item('Fit everything', fitView)}
          {item('Light theme', () => setTheme('light'))}
          {item('Dark theme', () => setTheme('dark'))}
          {item('Rules of the models', () => show('rules'))}
          {item('Canvas only', () => setStage(!stage), 'l')}
          {item('Marks and keys', () => show('help'), '?')}
        </Command.Group>
        <Command.Group heading="Gallery">{gallery.map((g) => item(`Open ${g.title}`, () => void g.load().then((doc) => open(doc)), g.broker, aboutOf(g)))}</Command.Group>
        <Command.Group heading="Findings">{findings.toReversed().map((f) => item(`${clockText(f.at)} ${f.title}`, () => seek(f.at)))}</Command.Group>
      </Command.List>
    </Command.Dialog>
  );
}
/** Wiring by keyboard: legal targets can be chosen, the others say why not. */
function WireTo() {
  const doc = effectiveNow();
  const from = doc.nodes.find((n) => n.id === useView.getState().selected[0]);
  if (!from) return null;
  const others = doc.nodes.filter((n) => n.id !== from.id).map((n) => ({ node: n, why: whyNot(from, n) }));
  return (
    <Command.Dialog open onOpenChange={(o) => !o && close()} label={`Wire ${from.title ?? from.id} to`} overlayClassName="dialog-shade" contentClassName="dialog commands">
      <Dialog.Title className="sr-only">Wire {from.title ?? from.id} to</Dialog.Title>
      <Command.Input className="field" placeholder={`Wire ${from.title ?? from.id} to …`} aria-label={`Wire ${from.title ?? from.id} to`} />
      <Command.List>
        <Command.Empty>Nothing of that name.</Command.Empty>
        {others
          .toSorted((a, b) => Number(a.why !== null) - Number(b.why !== null))
          .map(({ node, why }) => (
            <Command.Item
              key={node.id}
              value={node.title ?? node.id}
              disabled={why !== null}
              onSelect={() => {
                close();
                connect(from.id, node.id);
              }}
            >
              {node.title ?? node.id} <span className="quiet">{why ?? catalog.node(node.kind)?.title}</span>
            </Command.Item>
          ))}
      </Command.List>
    </Command.Dialog>
  );
}
function Share() {
  const doc = useDocument((s) => s.doc);
  const now = useSession((s) => s.now);
  const speed = useSession((s) => s.speed);
  const selected = useView((s) => s.selected);
  const [moment, setMoment] = useState(true);
  const [link, setLink] = useState('');
  const [copied, setCopied] = useState(false);
  const at = moment ? now : 0;
  useEffect(() => {
    let stale = false;
    void encodeShare({ doc, at, view: { speed: Number.isFinite(speed) ? speed : null, ...(selected.length > 0 ? { selected } : {}) } }).then((text) => !stale && setLink(`${location.href.split('#')[0]}#s=${text}`));
    return () => void (stale = true);
  }, [doc, at, speed, selected]);
  const size = link.length;
  const [tone, words] = size <= 2048 ? ['ok', 'short: fits everywhere'] : size <= 8192 ? ['warn', 'long: some chats cut it'] : size <= LONGEST ? ['bad', 'very long: better send a file'] : ['bad', 'too long for a link: save it as a file'];
  return (
    <Shade title="Share this scenario">
      <p>The whole scenario travels in the link. No server sees it.</p>
      <label style={{ display: 'block', margin: '10px 0' }}>
        <input type="checkbox" checked={moment} onChange={(e) => setMoment(e.target.checked)} /> Open at this moment, {clockText(now)}
      </label>
      {size > 0 && size <= LONGEST + 200 && <textarea className="field" readOnly aria-label="Link" value={link} rows={4} style={{ width: '100%', resize: 'none', wordBreak: 'break-all' }} onFocus={(e) => e.target.select()} />}
      <p>
        <b className={`num tone-${tone}`}>{(size / 1024).toFixed(1)} kB</b> {words}
      </p>
      <p style={{ display: 'flex', gap: 8, marginTop: 10 }}>
        <button
          type="button"
          className="btn primary"
          disabled={size > LONGEST + 200}
          onClick={() => {
            history.replaceState(null, '', link);
            void navigator.clipboard?.writeText(link).catch(() => undefined);
            setCopied(true);
          }}
        >
          {copied ? 'Copied' : 'Copy link'}
        </button>
        <button type="button" className="btn" onClick={saveFile}>
          Save as file
        </button>
      </p>
    </Shade>
  );
}
