import './inspector.css';
import { catalog } from '../../catalog.ts';
import { nodeOf, type Scenario, type ScenarioLink, type ScenarioNode, titleOf } from '../../scenario/document.ts';
import { useDocument } from '../store/document.ts';
import { useEffective } from '../store/effective.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { Item } from '../findings/Item.tsx';
import { usePlace } from '../canvas/Card.tsx';
import { ALIGNMENTS, alignSelected } from '../canvas/arrange.ts';
import { paste } from '../canvas/paste.ts';
import { copySelected, removeSelected } from '../canvas/selection.ts';
import { Actions } from './Actions.tsx';
import { Form } from './Form.tsx';
import { ScenarioForm } from './ScenarioForm.tsx';

const edit = (label: string, on: string, change: Readonly<Record<string, unknown>>) => useDocument.getState().edit(label, [{ do: 'set', on, with: change }], useSession.getState().now);

export function Inspector() {
  const doc = useEffective();
  const selected = useView((s) => s.selected);
  const id = selected[0];
  const node = doc.nodes.find((n) => n.id === id);
  const link = doc.links.find((l) => l.id === id);
  const [field = '', of = ''] = id?.split(':') ?? [];
  const owner = doc.nodes.find((n) => n.id === of);
  const panel = () => {
    if (selected.length > 1) return <Many doc={doc} selected={selected} />;
    if (node) return <NodePanel key={node.id} node={node} doc={doc} />;
    if (link) return <LinkPanel key={link.id} link={link} doc={doc} />;
    if (owner) return <DerivedPanel field={field} owner={owner} doc={doc} />;
    return <ScenarioForm />;
  };
  return (
    <aside className="inspector" aria-label="Inspector">
      <Asked />
      {panel()}
    </aside>
  );
}
/** The finding of which somebody asked why, above what it is about. */
function Asked() {
  const id = useView((s) => s.finding);
  const finding = useSession((s) => s.picture?.findings.find((f) => f.id === id));
  const selected = useView((s) => s.selected);
  // Who turns to another node wants its settings; the answer is back with the node it is about.
  if (!finding || (selected.length > 0 && !selected.includes(nodeOf(finding.place)))) return null;
  return (
    <section className="asked" aria-label="Why">
      <ul className="list">
        <Item key={finding.id} finding={finding} asked />
      </ul>
      <button type="button" className="reset" aria-label="Put the answer away" onClick={() => useView.getState().ask(null, useView.getState().message, useView.getState().selected)}>
        ×
      </button>
    </section>
  );
}
function Many({ doc, selected }: { readonly doc: Scenario; readonly selected: readonly string[] }) {
  const nodes = doc.nodes.filter((n) => selected.includes(n.id)).length;
  const wires = selected.length - nodes;
  const words = [...(nodes > 0 ? [`${nodes} node${nodes === 1 ? '' : 's'}`] : []), ...(wires > 0 ? [`${wires} wire${wires === 1 ? '' : 's'}`] : [])];
  return (
    <>
      <h2>{words.join(', ')} selected</h2>
      <h3 className="section-title">Align</h3>
      <div className="actions">
        {ALIGNMENTS.map((how) => (
          <button key={how} type="button" className="btn" onClick={() => alignSelected(how)}>
            {how}
          </button>
        ))}
      </div>
      <h3 className="section-title">All of them</h3>
      <div className="actions">
        <button type="button" className="btn" onClick={() => void paste(copySelected())}>
          Duplicate
        </button>
        <button type="button" className="btn" onClick={removeSelected}>
          Delete
        </button>
      </div>
    </>
  );
}
function NodePanel({ node, doc }: { readonly node: ScenarioNode; readonly doc: Scenario }) {
  const descriptor = catalog.node(node.kind);
  const place = usePlace(node.id);
  if (!descriptor) return null;
  const wires = doc.links.filter((l) => l.from === node.id || l.to === node.id);
  return (
    <>
      <p className="section-title">{descriptor.title}</p>
      <input
        key={node.title ?? node.id}
        className="title-field"
        maxLength={200}
        aria-label="Title"
        defaultValue={node.title ?? node.id}
        onBlur={(e) => e.target.value !== (node.title ?? node.id) && useDocument.getState().edit(`Rename ${node.id}`, [{ do: 'rename', on: node.id, with: { title: e.target.value } }], useSession.getState().now)}
        onKeyDown={(e) => e.key === 'Enter' && e.currentTarget.blur()}
      />
      <p className="about">
        {descriptor.badge(node.config ?? {})}
        {place.health !== undefined && <span className={`tone-${place.tone ?? 'note'}`}> {place.health}</span>}
      </p>
      {place.gauges.length > 0 && (
        <>
          <h3 className="section-title">Right now</h3>
          <dl className="gauges">
            {place.gauges.map((g) => (
              <div key={g.name}>
                <dt>{g.name}</dt>
                <dd className={`num tone-${g.tone ?? ''}`}>{g.value}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <Actions node={node} />
      <h3 className="section-title">Settings</h3>
      <Form fields={descriptor.fields} config={node.config ?? {}} onChange={(name, value) => edit(`${name} of ${node.id}`, node.id, { [name]: value })} />
      {wires.length > 0 && (
        <>
          <h3 className="section-title">Wires</h3>
          <ul className="wires">
            {wires.map((l) => (
              <li key={l.id}>
                <button type="button" className="link" onClick={() => useView.getState().select([l.id])}>
                  {l.from === node.id ? `${catalog.link(l, doc.nodes)?.title} → ${l.to}` : `${catalog.link(l, doc.nodes)?.title} ← ${l.from}`}
                </button>{' '}
                <span className="quiet">{briefOf(l, doc)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <Foot doc={descriptor.doc} about={descriptor.about} />
    </>
  );
}
function briefOf(link: ScenarioLink, doc: Scenario): string {
  const descriptor = catalog.link(link, doc.nodes);
  return (descriptor?.brief ?? descriptor?.label)?.(link.config ?? {}) ?? '';
}
function LinkPanel({ link, doc }: { readonly link: ScenarioLink; readonly doc: Scenario }) {
  const descriptor = catalog.link(link, doc.nodes);
  const title = (id: string) => doc.nodes.find((n) => n.id === id)?.title ?? id;
  if (!descriptor) return null;
  return (
    <>
      <p className="section-title">{descriptor.title}</p>
      <h2>
        {title(link.from)} → {title(link.to)}
      </h2>
      <p className="about">{descriptor.about}</p>
      <Form fields={descriptor.fields} config={link.config ?? {}} onChange={(name, value) => edit(`${name} of ${link.id}`, link.id, { [name]: value })} />
      {descriptor.fields['latency'] && <Actions link={link} />}
      <Foot about="" />
    </>
  );
}
/** A wire that follows from a setting: what it is, and where it can be changed. */
function DerivedPanel({ field, owner, doc }: { readonly field: string; readonly owner: ScenarioNode; readonly doc: Scenario }) {
  const wire = catalog.rooms.flatMap((r) => r.derived).find((d) => d.from === owner.kind && d.field === field);
  const named = String(owner.config?.[field] ?? '');
  const target = doc.nodes.find((n) => n.kind === wire?.to && n.parent === owner.parent && (n.config?.['name'] ?? n.id) === named);
  const name = titleOf(doc, owner.id);
  return (
    <>
      <p className="section-title">{wire?.title ?? field}</p>
      <h2>
        {name} → {target ? titleOf(doc, target.id) : named}
      </h2>
      <p className="about">
        This wire follows from a setting: <b>{field}</b> of {name} is “{named}”. Without the wire the setting is gone, too.
      </p>
      <button type="button" className="btn" onClick={() => useView.getState().select([owner.id])}>
        Settings of {name}
      </button>
      <Foot about="" />
    </>
  );
}
function Foot({ doc, about }: { readonly doc?: string | undefined; readonly about: string }) {
  return (
    <p className="foot">
      {about}{' '}
      {doc !== undefined && (
        <a href={doc} target="_blank" rel="noreferrer">
          Documentation
        </a>
      )}
      <button type="button" className="link" onClick={removeSelected}>
        Delete
      </button>
    </p>
  );
}
