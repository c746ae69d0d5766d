import type { PictureReader } from '@groundglass/dataset';

type Methods = Pick<PictureReader, 'facts' | 'features' | 'comparedPart' | 'thumbnail'>;
export type PictureMethod = keyof Methods;

/** What a worker is started with: the folder that paths start from. */
export interface PictureSetup {
  readonly root: string;
}

/** What a worker is asked: one call of its reader. */
export interface PictureRequest {
  readonly id: number;
  readonly method: PictureMethod;
  readonly args: readonly unknown[];
}

/** The answer; `value` is what the reader's method gives. */
export type PictureAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } };
