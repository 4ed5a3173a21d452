/** What all that is painted shares: the canvas, the camera, the colours; squares in as few strokes as there are pens, and letters. */
import { CELL } from './geometry.ts';
import { keyColour, keyName } from './keys.ts';

export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  /** CSS pixels */
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}
export interface Palette {
  readonly text: string;
  readonly ink: string;
  readonly line: string;
  readonly accent: string;
  readonly redelivered: string;
  readonly duplicate: string;
  readonly dead: string;
  readonly lost: string;
  readonly panel: string;
}
export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
/** Size of so many letters, so that they fill a cell and do not leave it. */
const LETTER: readonly number[] = [12, 12, 12, 10.6, 8, 6.5];
const LEAST_LETTER = 5.6;
/** Letters smaller than this on the screen are not drawn: nobody could read them. CSS pixels. */
const SMALLEST = 4.2;
/** Letters are drawn from this zoom on. */
const LEGIBLE = 0.45;
/** A cell narrower than this on the screen is a plain spot: without round corners, dashes and fine lines. CSS pixels. */
const SPOT = 9;

/** How a shape is drawn: filled where it has no `line`. */
export interface Pen {
  /** Of the palette, or a key's. */
  readonly colour: keyof Palette | number;
  readonly alpha?: number;
  /** Width of the outline. */
  readonly line?: number;
  /** How far the outline stands off the cell. */
  readonly grow?: number;
  readonly dash?: readonly [number, number];
  /** Round where all else is square: seen without its colour. */
  readonly round?: boolean;
  /** Not seen from afar. */
  readonly fine?: boolean;
}
/** A letter and a number in a cell, at its centre. */
export interface Word {
  readonly x: number;
  readonly y: number;
  readonly key: number;
  readonly seq: number;
  /** On the canvas itself, not on a filled cell. */
  readonly light: boolean;
}
export class Brush {
  readonly context: Context;
  view: Camera = { x: 0, y: 0, zoom: 1, width: 1, height: 1, ratio: 1 };
  colours: Palette = { text: '#fff', ink: '#10141a', line: '#35404d', accent: '#3cc8e6', redelivered: '#f2b441', duplicate: '#b08cf0', dead: '#8b95a1', lost: '#f0736e', panel: '#161b22' };
  /** A message to be seen wherever it is. */
  followed: number | null = null;
  /** How strongly cells and letters are drawn, 0..1. */
  strength = 1;

  constructor(context: Context) {
    this.context = context;
  }
  colour({ colour }: Pen): string {
    return typeof colour === 'number' ? keyColour(colour) : this.colours[colour];
  }
  get legible(): boolean {
    return this.view.zoom >= LEGIBLE;
  }
  /** Whether a part of a box, canvas units, is on the screen. */
  sees(x: number, y: number, w: number, h: number): boolean {
    const { view } = this;
    const [left, top] = [x * view.zoom + view.x, y * view.zoom + view.y];
    return left < view.width && top < view.height && left + w * view.zoom > 0 && top + h * view.zoom > 0;
  }
  fill(colour: string, shape: (context: Context) => void): void {
    const { context } = this;
    context.fillStyle = colour;
    context.beginPath();
    shape(context);
    context.fill();
  }
  words(words: readonly Word[]): void {
    if (!this.legible || words.length === 0) return;
    const { context } = this;
    context.globalAlpha = this.strength;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    // To set a font costs more than to write a word: each size is set once.
    const bySize = new Map<number, { readonly word: Word; readonly text: string }[]>();
    for (const word of words) {
      const text = `${keyName(word.key)}${word.seq}`;
      const size = LETTER[text.length] ?? LEAST_LETTER;
      if (size * this.view.zoom < SMALLEST) continue;
      const same = bySize.get(size);
      if (same) same.push({ word, text });
      else bySize.set(size, [{ word, text }]);
    }
    for (const [size, all] of bySize) {
      context.font = `700 ${size}px ui-monospace, 'DejaVu Sans Mono', monospace`;
      for (const { word, text } of all) {
        context.fillStyle = word.light ? this.colours.text : this.colours.ink;
        context.fillText(text, word.x, word.y + 0.5);
      }
    }
    context.globalAlpha = 1;
  }
}
/** Cells that wait to be drawn, by pen: one path each, in the order of the pens. */
export class Sheet {
  private readonly spots: Map<Pen, number[]>;
  constructor(pens: readonly Pen[]) {
    this.spots = new Map(pens.map((pen) => [pen, []]));
  }
  /** @param x and y: centre of the cell; `scale` of its size */
  add(pen: Pen, x: number, y: number, scale = 1): void {
    this.spots.get(pen)?.push(x, y, scale);
  }
  /** Draws all, and is empty then. */
  draw(brush: Brush): void {
    const { context, view } = brush;
    const afar = CELL.w * view.zoom < SPOT;
    for (const [pen, spots] of this.spots) {
      if (spots.length > 0 && !(afar && pen.fine)) this.stroke(brush, pen, spots, afar);
      spots.length = 0;
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
  }
  private stroke(brush: Brush, pen: Pen, spots: readonly number[], afar: boolean): void {
    const { context } = brush;
    const grow = pen.grow ?? 0;
    context.globalAlpha = (pen.alpha ?? 1) * brush.strength;
    context.beginPath();
    for (let i = 0; i < spots.length; i += 3) {
      const [x, y, scale] = [spots[i] as number, spots[i + 1] as number, spots[i + 2] as number];
      const [w, h] = [CELL.w * scale + 2 * grow, CELL.h * scale + 2 * grow];
      if (pen.round) {
        const r = (CELL.w / 2 + 1) * scale;
        context.moveTo(x + r, y);
        context.arc(x, y, r, 0, 2 * Math.PI);
      } else if (afar) context.rect(x - w / 2, y - h / 2, w, h);
      else context.roundRect(x - w / 2, y - h / 2, w, h, 4 * scale + grow);
    }
    if (pen.line === undefined) {
      context.fillStyle = brush.colour(pen);
      context.fill();
    } else {
      context.strokeStyle = brush.colour(pen);
      context.lineWidth = pen.line;
      context.setLineDash(afar ? [] : (pen.dash ?? []));
      context.stroke();
    }
  }
}
