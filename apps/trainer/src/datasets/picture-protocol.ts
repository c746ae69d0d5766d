import type { PictureReader } from '@groundglass/dataset';

type Methods = Pick<PictureReader, 'facts' | 'features' | 'comparedPart' | 'thumbnail'>;
export type PictureMethod = keyof Methods;

/** Start data of a worker: the folder that paths are relative to. */
export interface PictureSetup {
  readonly root: string;
}

/** A request to a worker: one call of its reader. */
export interface PictureRequest {
  readonly id: number;
  readonly method: PictureMethod;
  readonly args: readonly unknown[];
}

/** The answer; `value` is the result of the reader's method. */
export type PictureAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } };
