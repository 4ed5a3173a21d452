import './findings.css';
import { Tabs } from 'radix-ui';
import { useView } from '../store/view.ts';
import { Messages } from './Messages.tsx';
import { Findings } from './Findings.tsx';
import { TextView } from '../text/TextView.tsx';

export function Dock() {
  const dock = useView((s) => s.dock);
  return (
    <Tabs.Root className="findings-dock" value={dock} onValueChange={(v) => useView.getState().setDock(v as typeof dock)}>
      <Tabs.List className="tabs" aria-label="Findings, messages, text">
        <Tabs.Trigger value="findings">Findings</Tabs.Trigger>
        <Tabs.Trigger value="messages">Messages</Tabs.Trigger>
        <Tabs.Trigger value="text">As text</Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="findings">
        <Findings />
      </Tabs.Content>
      <Tabs.Content value="messages">
        <Messages />
      </Tabs.Content>
      <Tabs.Content value="text">
        <TextView />
      </Tabs.Content>
    </Tabs.Root>
  );
}
