/** What the person looks at: selection, panels, theme. Never part of the history. */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export interface ViewState {
  /** Ids of nodes and links. */
  readonly selected: readonly string[];
  readonly message: number | null;
  readonly theme: 'system' | 'light' | 'dark';
  readonly dialog: 'commands' | 'wire' | 'share' | 'report' | 'help' | 'rules' | null;
  /** Whose rules are shown. */
  readonly rulesOf: string;
  readonly dock: 'findings' | 'messages' | 'text';
  select(ids: readonly string[]): void;
  follow(message: number | null): void;
  setTheme(theme: ViewState['theme']): void;
  /** Instant under the pointer on the timeline or a chart, µs. */
  readonly hover: number | null;
  setHover(at: number | null): void;
  show(dialog: ViewState['dialog']): void;
  /** @param room of which broker */
  showRules(room: string): void;
  setDock(dock: ViewState['dock']): void;
}
export const useView = create<ViewState>()(
  persist(
    (set) => ({
      selected: [],
      message: null,
      theme: 'system',
      dialog: null,
      rulesOf: '',
      dock: 'findings',
      hover: null,
      setHover: (hover) => set({ hover }),
      select: (selected) => set({ selected }),
      follow: (message) => set(message === null ? { message } : { message, dock: 'messages' }),
      setTheme: (theme) => set({ theme }),
      show: (dialog) => set({ dialog }),
      showRules: (rulesOf) => set({ dialog: 'rules', rulesOf }),
      setDock: (dock) => set({ dock }),
    }),
    // Of what a person looks at, only the theme outlives the visit.
    { name: 'tailrace view', partialize: ({ theme }) => ({ theme }) },
  ),
);
