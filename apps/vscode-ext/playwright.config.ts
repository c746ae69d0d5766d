import { browserTests } from '../../playwright.base.mjs';

export default browserTests(
  {
    timeout: 120_000,
    expect: { timeout: 30_000 },
    use: { viewport: { width: 1360, height: 860 } },
  },
  ['--disable-gpu'],
);
