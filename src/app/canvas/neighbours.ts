/** From node to node with the arrow keys. */
interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** The nearest box whose middle lies that way; what lies aside counts twice, so that a row is followed to its end. */
export function neighbour(of: Box, boxes: readonly Box[], direction: Direction): string | null {
  const level = direction === 'ArrowLeft' || direction === 'ArrowRight';
  const sign = direction === 'ArrowLeft' || direction === 'ArrowUp' ? -1 : 1;
  let nearest: string | null = null;
  let least = Infinity;
  for (const box of boxes) {
    if (box.id === of.id) continue;
    const dx = box.x + box.w / 2 - of.x - of.w / 2;
    const dy = box.y + box.h / 2 - of.y - of.h / 2;
    const ahead = sign * (level ? dx : dy);
    const aside = Math.abs(level ? dy : dx);
    if (ahead <= 1 || aside > ahead * 3) continue;
    const far = ahead + 2 * aside;
    if (far < least) {
      least = far;
      nearest = box.id;
    }
  }
  return nearest;
}
/** Moves the focus on the canvas. @returns false when nothing lies that way */
export function focusNeighbour(from: string, direction: Direction): boolean {
  const nodes = [...document.querySelectorAll<HTMLElement>('.react-flow__node')];
  const boxes = nodes.map((node): Box => {
    const { x, y, width, height } = node.getBoundingClientRect();
    return { id: node.dataset['id'] ?? '', x, y, w: width, h: height };
  });
  const of = boxes.find((box) => box.id === from);
  const to = of && neighbour(of, boxes, direction);
  nodes.find((node) => node.dataset['id'] === to)?.focus();
  return to !== null && to !== undefined;
}
