import { CtError, type ErrorCode } from '@groundglass/core';

/** What a child can be asked: for each method its parameters and its result, all structured-cloneable. */
export type Calls<C> = { [K in keyof C]: { params: unknown; result: unknown } };

/** From the parent to a child. */
export interface CallMessage {
  readonly type: 'call';
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

/** From a child to its parent. */
export type ChildMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | {
      readonly type: 'failed';
      readonly id: number;
      /** Present if a user can act on the failure. */
      readonly code: ErrorCode | undefined;
      readonly message: string;
    };

/** A child failed in a way that no user can act on; the message is for the log only. */
export class ChildFault extends Error {
  override readonly name = 'ChildFault';
}

export type Handlers<C extends Calls<C>> = {
  readonly [K in keyof C]: (params: C[K]['params']) => C[K]['result'] | Promise<C[K]['result']>;
};

/**
 * Turns this process into a child that answers calls. Calls may overlap; answers go out in any order.
 *
 * The process ends when its parent goes away, so that a killed server leaves nothing running.
 */
export function answerCalls<C extends Calls<C>>(handlers: Handlers<C>): void {
  const send = (message: ChildMessage): void => {
    // Sending fails only when the parent is gone, and then no process is left to report to.
    process.send?.(message, undefined, undefined, () => undefined);
  };
  const answer = async ({ id, method, params }: CallMessage): Promise<void> => {
    try {
      const handler = handlers[method as keyof C];
      send({ type: 'result', id, value: await handler(params) });
    } catch (error) {
      send({
        type: 'failed',
        id,
        code: error instanceof CtError ? error.code : undefined,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  };
  process.on('message', (message: CallMessage) => void answer(message));
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C in a terminal reaches the whole process group; the parent decides when children end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  send({ type: 'ready' });
}
