import { roomTests } from '../../vitest.base.mjs';

export default roomTests(import.meta.dirname, {
  // Modules are loaded once for all files: no test modifies module state.
  test: { isolate: false },
});
