/** The menus of the top bar. */
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { fitView } from '../canvas/actions.ts';
import { makeThisTheStart } from '../canvas/selection.ts';
import { autoLayout } from '../canvas/arrange.ts';
import { newDocument, openFile } from '../share/files.ts';
import { saveFile } from '../share/save.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { SPEEDS } from './speeds.ts';

interface Props {
  readonly label: ReactNode;
  /** It was asked for before it was there. */
  readonly opened: boolean;
}
export function SpeedMenu({ label, opened }: Props) {
  const speed = useSession((s) => s.speed);
  return (
    <DropdownMenu.Root defaultOpen={opened}>
      <DropdownMenu.Trigger className="btn plain" aria-label="Speed">
        {label}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" sideOffset={6}>
          <DropdownMenu.RadioGroup value={String(speed)} onValueChange={(v) => useSession.getState().setSpeed(Number(v))}>
            {SPEEDS.map(([s, name]) => (
              <DropdownMenu.RadioItem key={name} value={String(s)}>
                {name} {s === speed && <span aria-hidden>✓</span>}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
export function FileMenu({ label, opened }: Props) {
  const { show, stage, setStage } = useView.getState();
  const item = (name: string, todo: () => void, key = '') => (
    <DropdownMenu.Item onSelect={todo}>
      {name} <span className="quiet">{key}</span>
    </DropdownMenu.Item>
  );
  return (
    <DropdownMenu.Root defaultOpen={opened}>
      <DropdownMenu.Trigger className="btn plain" aria-label="Menu">
        {label}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          {item('New', newDocument)}
          {item('Open file …', openFile, 'Ctrl O')}
          {item('Save file', saveFile, 'Ctrl S')}
          {item('Make this the start', makeThisTheStart)}
          {item('Tidy the layout', () => void autoLayout())}
          {item('Fit everything', fitView)}
          {item('Canvas only', () => setStage(!stage), 'l')}
          {item('Commands …', () => show('commands'), 'Ctrl K')}
          {item('Rules of the models', () => show('rules'))}
          {item('Marks and keys', () => show('help'), '?')}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
