import { CtError, type ErrorCode } from '@groundglass/core';
import { z } from 'zod';
import { OverloadedError } from './overloaded-error.js';
import { statuses } from './statuses.js';

/** The response for an exception. */
export interface ErrorAnswer {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterS: number | undefined;
}

/**
 * The one place that turns exceptions into statuses. Errors that users can act on keep their message; all others become
 * `CT_INTERNAL` with a fixed message, so that no internal text, path or stack leaves the server.
 */
export function toErrorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof OverloadedError) {
    const { code, message, retryAfterS } = error;
    return { status: statuses[code], code, message, retryAfterS };
  }
  if (error instanceof CtError && error.code !== 'CT_INTERNAL') {
    const { code, message } = error;
    return { status: statuses[code], code, message, retryAfterS: undefined };
  }
  if (error instanceof z.ZodError) return badRequest(describeIssue(error));
  // Thrown by Express for a path that is not UTF-8 after percent-decoding.
  if (error instanceof URIError) return badRequest('Expected a path in percent-encoded UTF-8');
  return {
    status: statuses.CT_INTERNAL,
    code: 'CT_INTERNAL',
    message: 'Something went wrong inside the server; see its log',
    retryAfterS: undefined,
  };
}

/** For `parse`: lets {@link describeIssue} report the received value. */
export const reportInput = { reportInput: true } as const;

/** The first issue of a schema, as a sentence. */
export function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue?.path.map(String).join('.').slice(0, 100);
  const message = (issue?.message ?? 'not valid').slice(0, 300);
  return `${where ? `"${where}": ` : ''}${message}${describeInput(issue?.input)}`;
}

function describeInput(input: unknown): string {
  if (!['string', 'number', 'boolean'].includes(typeof input)) return '';
  const text = JSON.stringify(input);
  return `, got ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
}

function badRequest(message: string): ErrorAnswer {
  return {
    status: statuses.CT_BAD_REQUEST,
    code: 'CT_BAD_REQUEST',
    message,
    retryAfterS: undefined,
  };
}
