import type { ScenarioLink } from '../../scenario/document.ts';

interface Parted {
  readonly straight: ScenarioLink[];
  readonly circular: ScenarioLink[];
}
/** Leaf connections in their order, but for those that would close a circle, in whatever direction. */
export function withoutCircles(links: readonly ScenarioLink[]): Parted {
  return part(links, (before, { from, to }) => reaches(before, from, to, true));
}
/** Sources in their order, but for those by which a stream would read, through others, what it has itself. */
export function withoutRounds(links: readonly ScenarioLink[]): Parted {
  return part(links, (before, { from, to }) => reaches(before, to, from, false));
}
/** Is there a way along links? @param both whether they may be gone along backwards */
export function reaches(links: readonly Pick<ScenarioLink, 'from' | 'to'>[], from: string, to: string, both: boolean): boolean {
  const reached = new Set([from]);
  for (const at of reached) {
    for (const link of links) {
      if (link.from === at) reached.add(link.to);
      else if (both && link.to === at) reached.add(link.from);
    }
  }
  return reached.has(to);
}
function part(links: readonly ScenarioLink[], closes: (before: readonly ScenarioLink[], link: ScenarioLink) => boolean): Parted {
  const parted: Parted = { straight: [], circular: [] };
  for (const link of links) parted[closes(parted.straight, link) ? 'circular' : 'straight'].push(link);
  return parted;
}
