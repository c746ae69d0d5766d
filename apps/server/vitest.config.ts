import { roomTests } from '../../vitest.base.mjs';

export default roomTests(import.meta.dirname, {
  // For tests alone: handed to Node, `import` or `module` would apply to `require` too and break express.
  resolve: { conditions: ['module', 'import', 'default'] },
  test: {
    // Modules are loaded once for all files: no test changes what they hold.
    isolate: false,
  },
});
