// The packages ship no types; each exports an Emscripten factory. `codecs.ts` says what the modules hold.
declare module '@cornerstonejs/codec-charls' {
  export default function factory(): Promise<unknown>;
}
declare module '@cornerstonejs/codec-openjpeg' {
  export default function factory(): Promise<unknown>;
}
declare module '@cornerstonejs/codec-openjph' {
  export default function factory(): Promise<unknown>;
}
