import type { Pixels } from '../pdf/pixels.js';
import { panelFeatures, type PanelFeatures } from './panel-features.js';

/** What a panel shows, judged by its pixels. */
export type PanelKind =
  /** One axial slice of a chest CT, nothing relevant drawn over it. */
  | 'axial-ct'
  /** An axial slice under a coloured overlay. */
  | 'axial-overlay'
  /** Only the lungs of a slice; the rest is black. */
  | 'lung-masked'
  /** A grey picture that is not an axial chest CT: radiograph, coronal view, histology in grey, a cut-out. */
  | 'grey-picture'
  /** A coloured picture: heat map, photograph, 3D rendering, stained tissue. */
  | 'colour-picture'
  /** Plot, table, diagram, text, mask. */
  | 'drawing';

/** A kind, and its confidence. */
export interface PanelVerdict {
  readonly kind: PanelKind;
  /** 0–1: how far the measurements are from the bounds of the kind. */
  readonly confidence: number;
}

/**
 * Bounds of an axial chest CT, set on COVID-CT, COVID-Seg, MosMed and LUNA16 slices: `[least, most]`; within `slack` inside a
 * bound confidence falls to a half.
 */
const axialBounds = {
  aspect: { least: 0.72, most: 2.6, slack: 0.15 },
  colour: { least: -1, most: 0.06, slack: 0.015 },
  filled: { least: -1, most: 0.003, slack: 0.001 },
  white: { least: -1, most: 0.64, slack: 0.05 },
  entropy: { least: 2.2, most: 9, slack: 0.25 },
} as const;
const lungBounds = {
  share: { least: 0.03, most: 0.8, slack: 0.02 },
  aspect: { least: 0.95, most: 3, slack: 0.08 },
  centre: { least: 0.32, most: 0.68, slack: 0.05 },
  balance: { least: 0.1, most: 1, slack: 0.06 },
  ringBlack: { least: -1, most: 0.4, slack: 0.1 },
  contrast: { least: 0.14, most: 2, slack: 0.06 },
  edge: { least: 0.155, most: 2, slack: 0.03 },
} as const;
/** Drawn lungs are light and on paper. */
const drawnLungs = { grey: 0.68, corners: 0.1 } as const;
/** A patch from one lung: lung fills it, and no mediastinum divides it. */
const lungPatch = { share: 0.42, middle: 0.88 } as const;

interface Bound {
  readonly least: number;
  readonly most: number;
  readonly slack: number;
}

/** Classifies a panel by its colours, its grey values and the lungs that core finds in it. */
export function classifyPanel(panel: Pixels): PanelVerdict {
  return classifyFeatures(panelFeatures(panel));
}

/** {@link classifyPanel} of measurements. */
export function classifyFeatures(features: PanelFeatures): PanelVerdict {
  const { lungs, colour, white, black, entropy } = features;
  if (lungs === null) {
    if (entropy < 2.2 || white > 0.7) return { kind: 'drawing', confidence: 0.8 };
    if (colour > 0.12) return { kind: 'colour-picture', confidence: 0.8 };
    return { kind: black > 0.5 && entropy > 1 ? 'lung-masked' : 'grey-picture', confidence: 0.6 };
  }
  const margins = [
    margin(features.aspect, axialBounds.aspect),
    margin(white, axialBounds.white),
    margin(entropy, axialBounds.entropy),
    margin(lungs.share, lungBounds.share),
    margin(lungs.aspect, lungBounds.aspect),
    margin(lungs.centre, lungBounds.centre),
    margin(lungs.balance, lungBounds.balance),
    margin(lungs.contrast, lungBounds.contrast),
    margin(lungs.edge, lungBounds.edge),
  ];
  const isDrawn = lungs.grey > drawnLungs.grey && features.corners < drawnLungs.corners;
  const isPatch = lungs.share > lungPatch.share && lungs.middle > lungPatch.middle;
  const shape = isDrawn || isPatch ? 0 : Math.min(...margins);
  const masked = margin(lungs.ringBlack, lungBounds.ringBlack);
  const grey = Math.min(
    margin(colour, axialBounds.colour),
    margin(features.filled, axialBounds.filled),
  );
  if (shape > 0 && masked > 0 && grey > 0) {
    return { kind: 'axial-ct', confidence: Math.min(shape, masked, grey) };
  }
  if (shape > 0 && masked > 0 && colour < 0.5)
    return { kind: 'axial-overlay', confidence: Math.min(shape, masked) };
  if (white > 0.72 || entropy < 1.8) return { kind: 'drawing', confidence: 0.7 };
  if (colour > 0.12) return { kind: 'colour-picture', confidence: 0.8 };
  if (black > 0.45 && lungs.ringBlack > 0.4) return { kind: 'lung-masked', confidence: 0.7 };
  return { kind: entropy < 2.4 ? 'drawing' : 'grey-picture', confidence: 0.6 };
}

/** 1 well inside, 0.5 a slack inside a bound, 0 outside. */
function margin(value: number, { least, most, slack }: Bound): number {
  const room = Math.min(value - least, most - value);
  if (room <= 0) return 0;
  return Math.min(1, 0.5 + (0.5 * room) / (2 * slack));
}
