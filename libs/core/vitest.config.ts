import { roomTests } from '../../vitest.base.mjs';

export default roomTests(import.meta.dirname, {
  // Modules are loaded once for all files: no test changes what they hold.
  test: { isolate: false },
});
