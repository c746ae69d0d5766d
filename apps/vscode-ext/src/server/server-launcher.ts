/**
 * Runs the bundled server and ends it with the extension host: when the host exits for any reason, this pipe closes.
 */
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).resume();
// Bundled next to the launcher.
const entry = new URL('server/main/main.js', import.meta.url);
await import(entry.href);
