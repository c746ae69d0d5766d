import { destination, pino, type Logger } from 'pino';
import type { ServerOptions } from '../options/server-options.js';

/**
 * JSON lines on standard error. Of a request only its route, status and times are logged: file names, headers and
 * queries can hold a patient's data.
 */
export function createLog(level: ServerOptions['logLevel']): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['req', 'res', 'headers', 'body'],
    },
    destination({ fd: 2, sync: true }),
  );
}
