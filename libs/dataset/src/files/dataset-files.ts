import type { ByteSource } from '@groundglass/core';

/** A name in a folder. */
export interface FileEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/** Facts about a file without reading it. */
export interface FileStat {
  /** `outside` if a link leads out of the dataset's folder: such a file is never read. */
  readonly kind: 'file' | 'folder' | 'outside';
  /** Bytes. */
  readonly size: number;
  /** Modification time, in milliseconds since 1970. */
  readonly modified: number;
}

/** An open file; `close` frees its resources. */
export interface OpenFile {
  readonly source: ByteSource;
  close(): Promise<void>;
}

/**
 * The files of a dataset's folder, wherever they are: on this machine (`nodeFiles`), in an editor's workspace, in memory. Paths are
 * relative to the folder, with forward slashes; `''` is the folder itself. Implementations read nothing outside it.
 */
export interface DatasetFiles {
  /** Name of the folder, used for the names and sources of datasets. */
  readonly name: string;
  /** Names in a folder, in any order. @throws if there is no such folder. */
  list(folder: string): Promise<readonly FileEntry[]>;
  /** Undefined if there is no such file or folder. */
  stat(path: string): Promise<FileStat | undefined>;
  /** @throws {CtError} `CT_READ_FAILED`. */
  open(path: string): Promise<OpenFile>;
  /** SHA-256 of a file's bytes in hexadecimal, if the platform can compute it without holding the file in memory. */
  sha256?(path: string): Promise<string>;
  /** The path inside the folder for an absolute path; undefined if it is outside, or has no meaning here. */
  relativePath?(absolute: string): string | undefined;
}
