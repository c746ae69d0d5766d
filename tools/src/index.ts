export {
  createThorax,
  thoraxPhantom,
  type PhantomOptions,
  type PhantomSlice,
  type Thorax,
  type ThoraxPhantom,
} from './phantom/thorax-phantom.js';
