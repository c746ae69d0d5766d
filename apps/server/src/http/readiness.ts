import type { Services } from './services.js';

/** Why the server is not ready, as a sentence; undefined where it is. */
export function whyNotReady({ repository, codecs, draining }: Services): string | undefined {
  if (draining) return 'The server stops';
  if (!codecs.usable) return 'The processes that decode images do not start';
  if (!repository.ready)
    return 'There is no model, or one that cannot be run: see /v2/repository/index';
  return undefined;
}
