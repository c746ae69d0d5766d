import { CtError } from '@groundglass/core';

/** An overload, with the seconds after which the client may try again. */
export class OverloadedError extends CtError {
  constructor(
    message: string,
    readonly retryAfterS: number,
  ) {
    super('CT_OVERLOADED', message);
  }
}
