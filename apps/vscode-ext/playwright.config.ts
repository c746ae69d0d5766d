import { browserTests } from '../../playwright.base.mjs';

export default browserTests({ use: { viewport: { width: 1360, height: 860 } } }, ['--disable-gpu']);
