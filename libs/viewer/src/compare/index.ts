export { defineComparison, type ComparedSide } from './element.js';
export type { DifferenceKind } from './difference.js';
