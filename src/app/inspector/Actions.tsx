import { Popover } from 'radix-ui';
import { useState } from 'react';
import { catalog } from '../../catalog.ts';
import type { ActionDescriptor } from '../../scenario/descriptor.ts';
import type { ScenarioLink, ScenarioNode } from '../../scenario/document.ts';
import { fill } from '../../scenario/fields.ts';
import { useDocument } from '../store/document.ts';
import { useSession } from '../store/session.ts';
import { Form } from './Form.tsx';

/** What can be done to a node or a link, now: each is an entry of the timeline and replays. */
export function Actions({ node, link }: { readonly node?: ScenarioNode; readonly link?: ScenarioLink }) {
  const names = node
    ? (catalog.node(node.kind)?.actions ?? [])
    : catalog.rooms
        .flatMap((r) => r.actions)
        .filter((a) => a.per === 'link')
        .map((a) => a.name);
  const id = node?.id ?? link?.id ?? '';
  const known = names.flatMap((name) => catalog.action(name) ?? []);
  const parts = [...new Set(known.flatMap((action) => addresses(action, id, node)))].filter((on) => on !== id);
  const [chosen, setChosen] = useState(parts[0] ?? id);
  const [more, setMore] = useState(false);
  if (known.length === 0) return null;
  const part = parts.includes(chosen) ? chosen : (parts[0] ?? id);
  const offers = known.map((action) => ({ action, on: action.per === 'instance' || action.per === 'broker-node' ? part : id }));
  const shown = more ? offers : offers.slice(0, SHOWN);
  return (
    <>
      <h3 className="section-title">Do something to it, now</h3>
      {parts.length > 1 && (
        <div className="instances" role="group" aria-label="Which one">
          {parts.map((on) => (
            <button key={on} type="button" className="btn" aria-pressed={on === part} onClick={() => setChosen(on)}>
              {on.replace(/^.*\/(?=\D)/, '').replace(/^.{9,}(?=\/)/, '…')}
            </button>
          ))}
        </div>
      )}
      <div className="actions">
        {shown.map((o) => (
          <Offer key={`${o.action.name} ${o.on}`} {...o} />
        ))}
        {offers.length > SHOWN && (
          <button type="button" className="link" aria-expanded={more} onClick={() => setMore(!more)}>
            {more ? 'Less' : 'More …'}
          </button>
        )}
      </div>
    </>
  );
}
/** Buttons that are shown at once. */
const SHOWN = 7;

/** The title of an action without the address, which stands above the buttons. */
function shortTitle(action: ActionDescriptor): string {
  const text = action.title
    .replace(/\s*\b(of|at|from|for|in)?\s*\{on\}$/, '')
    .replace(/ (of|at|from|for|in) \{on\}/, '')
    .replaceAll('{on}', 'it');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
function addresses(action: ActionDescriptor, id: string, node: ScenarioNode | undefined): string[] {
  const count = (name: string) => (typeof node?.config?.[name] === 'number' ? (node.config[name] as number) : 1);
  if (action.per === 'instance') return Array.from({ length: Math.min(8, count('instances')) }, (_, i) => `${id}/${i + 1}`);
  if (action.per === 'broker-node') return Array.from({ length: count('nodes') }, (_, i) => `${id}/node-${i + 1}`);
  return [id];
}
function Offer({ action, on }: { readonly action: ActionDescriptor; readonly on: string }) {
  const [parameters, setParameters] = useState<Record<string, unknown>>(() => fill(action.fields));
  const title = shortTitle(action);
  const act = () => {
    const { now } = useSession.getState();
    useDocument.getState().act(`${title} (${on})`, { do: action.name, on, ...(Object.keys(parameters).length > 0 ? { with: parameters } : {}) }, now);
  };
  if (Object.keys(action.fields).length === 0)
    return (
      <button type="button" className="btn" title={action.about} onClick={act}>
        {title}
      </button>
    );
  return (
    <Popover.Root>
      <Popover.Trigger className="btn" title={action.about}>
        {title} …
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu popover" sideOffset={6}>
          <p className="about">{action.about}</p>
          <Form fields={action.fields} config={parameters} onChange={(name, value) => setParameters(({ [name]: _, ...rest }) => (value === null ? rest : { ...rest, [name]: value }))} />
          <Popover.Close className="btn primary" onClick={act}>
            {title}
          </Popover.Close>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
