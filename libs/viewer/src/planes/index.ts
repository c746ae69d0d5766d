export type { PlaneVolume } from './plane-source.js';
export type { PlaneName } from './plane-shape.js';
