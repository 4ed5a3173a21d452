/** Seeded random streams: one per purpose, so that adding a node does not change the luck of the others. */

/** FNV-1a over the UTF-16 units of `text`, 32 bits. */
export function hashText(text: string, basis = 0x811c9dc5): number {
  let h = basis >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

/** sfc32 (PractRand): 128 bits of state, period of at least 2^32 and about 2^127 on average. */
export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private d = 1;
  constructor(seed: number, purpose: string) {
    this.a = hashText(purpose, seed >>> 0);
    this.b = hashText(purpose, 0x9e3779b9 ^ this.a);
    this.c = seed | 0;
    for (let i = 0; i < 15; i++) this.next();
  }
  /** Uniform on [0, 1), 32 bits. */
  next(): number {
    return this.bits() / 4294967296;
  }
  /** Uniform on the whole numbers from 0 to 2³² − 1. */
  bits(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }
  save(): readonly number[] {
    return [this.a, this.b, this.c, this.d];
  }
  load([a = 0, b = 0, c = 0, d = 0]: readonly number[]): void {
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
  }
}
