/** Colours of keys: light enough for dark letters in both themes, told apart by letter as well. */
export { keyName } from '../../history/messages.ts';

const COLOURS = ['#4f9dff', '#f28b25', '#42c79a', '#e8607d', '#c8a2ff', '#e0c648', '#5cd0ea', '#d48a6a', '#9fd356', '#f58fd0', '#8fa8c8', '#b7a06a'];
export function keyColour(key: number): string {
  return COLOURS[key % COLOURS.length] as string;
}
export const KEY_COLOURS: readonly string[] = COLOURS;
