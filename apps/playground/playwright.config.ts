import { browserTests, softwareWebGl } from '../../playwright.base.mjs';

export default browserTests(
  { use: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' } },
  softwareWebGl,
);
