import { CtError } from '@groundglass/core';
import type { ServerOptions } from '../options/server-options.js';

/** @throws {CtError} `CT_FORBIDDEN` unless the server was started with `--model-control-mode explicit`. */
export function refuseChanges(mode: ServerOptions['modelControlMode']): void {
  if (mode === 'explicit') return;
  throw new CtError(
    'CT_FORBIDDEN',
    `Expected a server started with --model-control-mode explicit, this one has ${mode}`,
  );
}
