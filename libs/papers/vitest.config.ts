import { roomTests } from '../../vitest.base.mjs';

export default roomTests(import.meta.dirname);
