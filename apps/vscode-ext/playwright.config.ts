import { browserTests } from '../../playwright.base.mjs';

export default browserTests(
  {
    // A test mostly waits for the editor. Each worker has its own editor, with its own folder, settings and server.
    workers: 2,
    use: { viewport: { width: 1360, height: 860 } },
  },
  ['--disable-gpu'],
);
