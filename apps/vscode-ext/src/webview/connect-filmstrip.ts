import type { ViewerStrings } from '@groundglass/viewer';
import { defineFilmstrip, type FilmstripPicture } from '@groundglass/viewer/filmstrip';
import type { ToHost, ToWebview } from '../shared/protocol.js';

interface Request {
  readonly resolve: (picture: FilmstripPicture) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Adds the strip of neighbouring pictures to a page, once the picture itself is displayed.
 *
 * @returns the handler of the host's messages.
 */
export function connectFilmstrip(
  viewer: HTMLElementTagNameMap['groundglass-viewer'],
  strings: ViewerStrings,
  post: (message: ToHost) => void,
): (message: ToWebview) => void {
  defineFilmstrip();
  const strip = document.createElement('groundglass-filmstrip');
  strip.strings = strings;
  strip.hidden = true;
  viewer.after(strip);
  const requests = new Map<number, Request>();
  let nextRequest = 0;
  const askForAll = () => {
    post({ type: 'neighbours' });
  };
  viewer.addEventListener('slicepainted', askForAll, { once: true });
  strip.addEventListener('pick', (event) => {
    post({ type: 'pickNeighbour', index: (event as CustomEvent<{ index: number }>).detail.index });
  });
  const ask = (index: number, signal: AbortSignal) => {
    const requestId = nextRequest++;
    return new Promise<FilmstripPicture>((resolve, reject) => {
      requests.set(requestId, { resolve, reject });
      post({ type: 'neighbour', requestId, index });
      signal.addEventListener('abort', () => {
        if (requests.delete(requestId)) post({ type: 'cancelNeighbour', requestId });
      });
    });
  };
  return (message) => {
    if (message.type === 'neighbours') {
      strip.hidden = message.count === 0;
      strip.open(message.count, message.at, ask);
    } else if (message.type === 'neighbour') {
      requests.get(message.requestId)?.resolve(message.picture);
      requests.delete(message.requestId);
    } else if (message.type === 'noNeighbour') {
      requests.get(message.requestId)?.reject(new Error(message.message));
      requests.delete(message.requestId);
    }
  };
}
