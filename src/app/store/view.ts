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
  /** The finding of which somebody asked why. */
  readonly finding: number | null;
  /** Only the canvas and the timeline: for a wall that many look at. */
  readonly stage: boolean;
  /** The canvas is seen from so far that cards write no more than their titles. */
  readonly afar: boolean;
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
  /** @param message that is then seen wherever it is; @param selected where it came about */
  ask(finding: number | null, message?: number | null, selected?: readonly string[]): void;
  setStage(stage: boolean): void;
  setAfar(afar: boolean): void;
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
      finding: null,
      stage: false,
      afar: false,
      hover: null,
      setHover: (hover) => set({ hover }),
      select: (selected) => set({ selected }),
      follow: (message) => set(message === null ? { message } : { message, dock: 'messages' }),
      setTheme: (theme) => set({ theme }),
      show: (dialog) => set({ dialog }),
      showRules: (rulesOf) => set({ dialog: 'rules', rulesOf }),
      setDock: (dock) => set({ dock }),
      ask: (finding, message = null, selected = []) => set({ finding, message, selected, dock: 'findings' }),
      setStage: (stage) => set({ stage }),
      setAfar: (afar) => set({ afar }),
    }),
    // Of what a person looks at, only the theme outlives the visit.
    { name: 'tailrace view', partialize: ({ theme }) => ({ theme }) },
  ),
);
