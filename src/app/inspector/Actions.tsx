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
  const names = node ? (catalog.node(node.kind)?.actions ?? []) : catalog.rooms.flatMap((r) => r.actions).filter((a) => a.per === 'link').map((a) => a.name);
  const offers = names.flatMap((name) => {
    const action = catalog.action(name);
    if (!action) return [];
    const id = node?.id ?? link?.id ?? '';
    return addresses(action, id, node).map((on) => ({ action, on }));
  });
  if (offers.length === 0) return null;
  const main = offers.filter(({ action }) => action.tone !== 'ok').slice(0, 40);
  const repairs = offers.filter(({ action }) => action.tone === 'ok');
  return (
    <>
      <h3 className="section-title">Do something to it, now</h3>
      <div className="actions">
        {main.map((o) => (
          <Offer key={`${o.action.name} ${o.on}`} {...o} />
        ))}
      </div>
      {repairs.length > 0 && (
        <div className="actions repairs">
          {repairs.map((o) => (
            <Offer key={`${o.action.name} ${o.on}`} {...o} />
          ))}
        </div>
      )}
    </>
  );
}
function addresses(action: ActionDescriptor, id: string, node: ScenarioNode | undefined): string[] {
  const count = (name: string) => (typeof node?.config?.[name] === 'number' ? (node.config[name] as number) : 1);
  if (action.per === 'instance') return Array.from({ length: Math.min(4, count('instances')) }, (_, i) => `${id}/${i + 1}`);
  if (action.per === 'broker-node') return Array.from({ length: count('nodes') }, (_, i) => `${id}/node-${i + 1}`);
  return [id];
}
function Offer({ action, on }: { readonly action: ActionDescriptor; readonly on: string }) {
  const [parameters, setParameters] = useState<Record<string, unknown>>(() => fill(action.fields));
  const title = action.title.replaceAll('{on}', on.includes('/') ? (on.split('/').pop() as string).replace(/^(\d+)$/, on) : action.per === 'link' ? 'it' : 'it');
  const act = () => {
    const { now } = useSession.getState();
    useDocument.getState().act(title, { do: action.name, on, ...(Object.keys(parameters).length > 0 ? { with: parameters } : {}) }, now);
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
