/** The painter on a canvas of its own thread. First message: the canvas; then what the painter is told. */
import { type Message, openStudio, type Studio } from './studio.ts';

let studio: Studio | undefined;
self.onmessage = ({ data }: MessageEvent<OffscreenCanvas | Message>) => {
  if (Array.isArray(data)) studio?.tell(data as unknown as Message);
  else {
    const context = (data as OffscreenCanvas).getContext('2d');
    if (!context) throw new Error('This browser draws nothing in two dimensions off the page.');
    studio = openStudio(context, (camera) => self.postMessage(camera));
  }
};
