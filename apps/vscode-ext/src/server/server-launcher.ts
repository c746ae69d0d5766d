/**
 * Runs the bundled server and ends it with the extension host: when the host is gone, however it went, this pipe closes.
 */
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).resume();
// Copied beside the launcher when the extension is packaged.
const entry = new URL('node_modules/@groundglass/server/dist/main.js', import.meta.url);
await import(entry.href);
