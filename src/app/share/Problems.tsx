import type { Problem } from '../../worker/protocol.ts';
import { useProblems } from './open.ts';

export function ProblemPage({ what, list }: { readonly what: string; readonly list: readonly Problem[] }) {
  return (
    <main className="problems">
      <h1>{what}</h1>
      <p className="quiet">Nothing of yours was touched.</p>
      <ul>
        {list.map((p) => (
          <li key={`${p.path} ${p.says}`}>
            <b>{p.path}</b> {p.says}
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="btn primary"
        onClick={() => {
          history.replaceState(null, '', location.pathname + location.search);
          useProblems.setState({ problems: null });
        }}
      >
        Go on without it
      </button>
    </main>
  );
}
