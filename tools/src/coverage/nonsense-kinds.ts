import { encodePng } from '@groundglass/core';
import { SeededRandom } from '@groundglass/core';
import * as bodies from './body-drawings.js';
import type { Drawing } from './drawing.js';
import * as pages from './page-drawings.js';
import * as pictures from './picture-drawings.js';
import * as thorax from './thorax-drawings.js';

/** A kind of picture that must get no verdict. */
export interface NonsenseKind {
  readonly name: string;
  /** Kinds marked `tune` are used to choose bounds; the others are only measured. */
  readonly use: 'tune' | 'hold out';
  /** Draws one as a file: a PNG, or a MetaImage in Hounsfield units. */
  readonly draw: (seed: number) => Promise<{ readonly ending: string; readonly bytes: Uint8Array }>;
}

const flat =
  (value: number) =>
  (seed: number): Drawing =>
    pictures.ramp(seed).map(() => value);

const tune: Record<string, NonsenseKind['draw']> = {
  black: grey(flat(0)),
  'one grey': grey((seed) => flat((seed * 37) % 256)(seed)),
  'normal noise': grey(pictures.normalNoise),
  ramp: grey(pictures.ramp),
  disc: grey(pictures.disc),
  checks: grey(pictures.checks),
  patches: grey(pictures.patches),
  'page of text': png(pages.textPage),
  screenshot: png(pages.screenshot),
  landscape: grey(pictures.landscape),
  'brain by MR': grey(pictures.brainMr),
  'head CT, HU': hounsfield(bodies.headCt),
  'head CT, picture': windowed(bodies.headCt),
  'abdomen CT, HU': hounsfield(bodies.abdomenCt),
  'abdomen CT, picture': windowed(bodies.abdomenCt),
  'quality phantom, HU': hounsfield(bodies.qualityPhantom),
  'X-ray of a chest': grey(thorax.chestXray),
  'coronal chest, picture': windowed(thorax.coronalChest),
  cells: grey(pictures.cells),
};

const heldOut: Record<string, NonsenseKind['draw']> = {
  white: grey(flat(255)),
  'salt and pepper': grey(pictures.saltAndPepper),
  clouds: grey(pictures.clouds),
  rings: grey(pictures.rings),
  stripes: grey(pictures.stripes),
  spokes: grey(pictures.spokes),
  'test card': grey(pictures.testCard),
  blocks: grey(pictures.blocks),
  'mask of lungs': grey(pictures.lungShapes),
  chart: png(pages.chart),
  diagram: png(pages.diagram),
  map: png(pages.streetMap),
  cartoon: png(pages.cartoon),
  fractal: grey(pictures.fractal),
  stars: grey(pictures.stars),
  ultrasound: grey(pictures.ultrasound),
  retina: grey(pictures.retina),
  'X-ray of bones': grey(pictures.boneXray),
  mammogram: grey(pictures.mammogram),
  'joint by MR': grey(pictures.jointMr),
  'abdomen by MR': grey(pictures.abdomenMr),
  'pelvis CT, HU': hounsfield(bodies.pelvisCt),
  'pelvis CT, picture': windowed(bodies.pelvisCt),
  'legs CT, HU': hounsfield(bodies.legsCt),
  'neck CT, HU': hounsfield(bodies.neckCt),
  'neck CT, picture': windowed(bodies.neckCt),
  'quality phantom, picture': windowed(bodies.qualityPhantom),
  'object CT, HU': hounsfield(bodies.objectCt),
  'object CT, picture': windowed(bodies.objectCt),
  'sagittal chest, picture': windowed(thorax.sagittalChest),
};

/** Every kind, by what it is used for. */
export const nonsenseKinds: readonly NonsenseKind[] = [
  ...Object.entries(tune).map(([name, draw]) => ({ name, use: 'tune' as const, draw })),
  ...Object.entries(heldOut).map(([name, draw]) => ({ name, use: 'hold out' as const, draw })),
];

function png(draw: pages.DrawPng): NonsenseKind['draw'] {
  return async (seed) => ({ ending: 'png', bytes: await draw(seed) });
}

function grey(draw: (seed: number) => Drawing): NonsenseKind['draw'] {
  return (seed) => Promise.resolve({ ending: 'png', bytes: toPng(draw(seed), 0, 255) });
}

/** As in a viewer: in the window of the lungs, of soft tissue or of the head. */
function windowed(draw: bodies.DrawHu): NonsenseKind['draw'] {
  const windows = [
    [-1350, 150],
    [-160, 240],
    [-1000, 1000],
    [0, 80],
  ] as const;
  return (seed) => {
    const [low, high] = windows[new SeededRandom(seed, 0x77).integer(0, windows.length - 1)]!;
    return Promise.resolve({ ending: 'png', bytes: toPng(draw(seed), low, high) });
  };
}

function hounsfield(draw: bodies.DrawHu): NonsenseKind['draw'] {
  return (seed) => Promise.resolve({ ending: 'mha', bytes: toMetaImage(draw(seed)) });
}

function toPng({ values, size }: Drawing, low: number, high: number): Uint8Array {
  const data = Uint8Array.from(values, (value) =>
    Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low)))),
  );
  return encodePng({ columns: size, rows: size, channels: 1, data });
}

/** https://itk.org/Wiki/ITK/MetaIO/Documentation */
function toMetaImage({ values, size }: Drawing): Uint8Array {
  const spacing = 420 / size;
  const header = [
    'ObjectType = Image',
    'NDims = 3',
    'BinaryData = True',
    'BinaryDataByteOrderMSB = False',
    'TransformMatrix = 1 0 0 0 1 0 0 0 1',
    'Offset = 0 0 0',
    `ElementSpacing = ${spacing} ${spacing} 5`,
    `DimSize = ${size} ${size} 1`,
    'ElementType = MET_SHORT',
    'ElementDataFile = LOCAL',
    '',
  ].join('\n');
  const pixels = Int16Array.from(values, (value) =>
    Math.max(-1024, Math.min(3071, Math.round(value))),
  );
  return Buffer.concat([Buffer.from(header), new Uint8Array(pixels.buffer)]);
}
