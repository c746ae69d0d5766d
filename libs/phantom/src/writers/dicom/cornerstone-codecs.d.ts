// The packages ship no types; each exports an Emscripten factory. `codecs.ts` describes the modules.
declare module '@cornerstonejs/codec-charls' {
  export default function factory(): Promise<unknown>;
}
declare module '@cornerstonejs/codec-openjpeg' {
  export default function factory(): Promise<unknown>;
}
declare module '@cornerstonejs/codec-openjph' {
  export default function factory(): Promise<unknown>;
}
