export { createApp } from './http/app.js';
export { startServer, type RunningServer } from './start-server.js';
export {
  serverOptionsSchema,
  type ServerOptions,
  type ServerOptionsInput,
} from './options/server-options.js';
