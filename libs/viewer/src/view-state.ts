import type { Window } from '@groundglass/core/browser';
import { parseMeasurements, type Measurement } from './measure/measurement.js';

/** What dragging does: moves the picture, changes the window, or measures. */
export type Tool = (typeof tools)[number];
const tools = ['pan', 'window', 'ruler', 'roi'] as const;

/** Everything that a user can change about the view; plain JSON, so that a host can save and restore it. */
export interface ViewState {
  /** Index of the slice, from 0. */
  readonly slice: number;
  /** Undefined: the volume's own. */
  readonly window: Window | undefined;
  /** CSS pixels per row of the slice, or the whole slice in the stage. */
  readonly zoom: number | 'fit';
  /** The point of the slice in the middle of the stage, in pixels from its top left corner; undefined: its middle. */
  readonly centre: readonly [x: number, y: number] | undefined;
  readonly interpolation: 'nearest' | 'linear';
  readonly inverted: boolean;
  /** What dragging with the first button does. */
  readonly tool: Tool;
  readonly maskVisible: boolean;
  readonly maskStyle: 'fill' | 'contour';
  /** 0–1. */
  readonly maskOpacity: number;
  /** Lesion probability from which a pixel is drawn, 0–1. */
  readonly maskThreshold: number;
  /** Whether the mask is compared with the expert's if there is one. */
  readonly comparison: boolean;
  /** Whether a mask of several classes is drawn in their colours instead of the comparison. */
  readonly classes: boolean;
  /** Whether a picture is shown in its own colours if it has any. */
  readonly colours: boolean;
  /** Whether the two planes across the slices are shown next to them. */
  readonly planes: boolean;
  /** Where the planes cut, in pixels of the slice; undefined: its middle. */
  readonly cross: readonly [column: number, row: number] | undefined;
  readonly measurements: readonly Measurement[];
  readonly identifiersHidden: boolean;
  readonly panelOpen: boolean;
}

export const defaultViewState: ViewState = {
  slice: 0,
  window: undefined,
  zoom: 'fit',
  centre: undefined,
  interpolation: 'linear',
  inverted: false,
  tool: 'pan',
  maskVisible: true,
  maskStyle: 'fill',
  maskOpacity: 0.6,
  maskThreshold: 0.5,
  comparison: true,
  classes: true,
  colours: true,
  planes: false,
  cross: undefined,
  measurements: [],
  identifiersHidden: true,
  panelOpen: true,
};

/** Smallest and largest zoom, in CSS pixels per row of the slice. */
export const zoomRange = { min: 0.05, max: 64 } as const;

/**
 * Reads a saved view state, perhaps written by another version: missing or invalid fields take their defaults.
 */
export function parseViewState(value: unknown): ViewState {
  if (typeof value !== 'object' || value === null) return defaultViewState;
  const read = value as Record<string, unknown>;
  const fallback = defaultViewState;
  const share = (field: unknown, otherwise: number) =>
    isNumber(field) && field >= 0 && field <= 1 ? field : otherwise;
  const flag = (field: unknown, otherwise: boolean) =>
    typeof field === 'boolean' ? field : otherwise;
  const oneOf = <T extends string>(field: unknown, choices: readonly T[], otherwise: T): T =>
    choices.find((choice) => choice === field) ?? otherwise;
  return {
    slice: isNumber(read.slice) && read.slice >= 0 ? Math.floor(read.slice) : fallback.slice,
    window: parseWindow(read.window),
    zoom:
      isNumber(read.zoom) && read.zoom >= zoomRange.min && read.zoom <= zoomRange.max
        ? read.zoom
        : fallback.zoom,
    centre: parsePoint(read.centre),
    interpolation: oneOf(read.interpolation, ['nearest', 'linear'], fallback.interpolation),
    inverted: flag(read.inverted, fallback.inverted),
    tool: oneOf(read.tool, tools, fallback.tool),
    maskVisible: flag(read.maskVisible, fallback.maskVisible),
    maskStyle: oneOf(read.maskStyle, ['fill', 'contour'], fallback.maskStyle),
    maskOpacity: share(read.maskOpacity, fallback.maskOpacity),
    maskThreshold: share(read.maskThreshold, fallback.maskThreshold),
    comparison: flag(read.comparison, fallback.comparison),
    classes: flag(read.classes, fallback.classes),
    colours: flag(read.colours, fallback.colours),
    planes: flag(read.planes, fallback.planes),
    cross: parsePoint(read.cross),
    measurements: parseMeasurements(read.measurements),
    identifiersHidden: flag(read.identifiersHidden, fallback.identifiersHidden),
    panelOpen: flag(read.panelOpen, fallback.panelOpen),
  };
}

function parseWindow(value: unknown): Window | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { center, width, name } = value as Record<string, unknown>;
  if (!isNumber(center) || !isNumber(width) || width <= 0) return undefined;
  return typeof name === 'string' ? { center, width, name } : { center, width };
}

function parsePoint(value: unknown): readonly [number, number] | undefined {
  if (!Array.isArray(value)) return undefined;
  const [x, y] = value as unknown[];
  return isNumber(x) && isNumber(y) ? [x, y] : undefined;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
