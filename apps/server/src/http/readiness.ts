import type { Services } from './services.js';

/**
 * Why the server is not ready, as a sentence; undefined if it is.
 *
 * A server is ready when it answers with the models that it has. Models that could not be loaded (the index reports them) or were
 * unloaded do not prevent this. With `strictReadiness` every model of the folder must be served.
 */
export function whyNotReady(services: Services): string | undefined {
  const { repository, codecs, draining, options } = services;
  if (draining) return 'The server is stopping';
  if (!codecs.usable) return 'The processes that decode images fail to start';
  if (!repository.loadedOnce) return 'The models are being loaded';
  if (options.strictReadiness && !repository.complete) {
    return 'A model of the folder is not served: see /v2/repository/index';
  }
  const canServe = repository.models.some((model) => repository.runs(model));
  // In explicit mode a client may load the first model later.
  if (canServe || (options.modelControlMode === 'explicit' && repository.models.length === 0)) {
    return undefined;
  }
  return 'No model can be run: see /v2/repository/index';
}
