import type { ByteSource } from '@groundglass/core';

/** A name in a folder. */
export interface FileEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/** What is known of a file without reading it. */
export interface FileStat {
  /** `outside` where a link leads out of the dataset's folder: such a file is never read. */
  readonly kind: 'file' | 'folder' | 'outside';
  /** Bytes. */
  readonly size: number;
  /** Time of the last change, in milliseconds since 1970. */
  readonly modified: number;
}

/** An open file; `close` frees what it holds. */
export interface OpenFile {
  readonly source: ByteSource;
  close(): Promise<void>;
}

/**
 * The files of a dataset's folder, wherever they are: on this machine (`nodeFiles`), in an editor's workspace, in memory. Paths are
 * relative to the folder, with forward slashes; `''` is the folder itself. Implementations read nothing outside of it.
 */
export interface DatasetFiles {
  /** Name of the folder, for names and sources that are taken from it. */
  readonly name: string;
  /** Names in a folder, in any order. @throws where there is no such folder. */
  list(folder: string): Promise<readonly FileEntry[]>;
  /** Undefined where there is no such file or folder. */
  stat(path: string): Promise<FileStat | undefined>;
  /** @throws {CtError} `CT_READ_FAILED`. */
  open(path: string): Promise<OpenFile>;
  /** SHA-256 of a file's bytes in hexadecimal, where the platform can compute it without holding the file. */
  sha256?(path: string): Promise<string>;
  /** The path inside the folder that an absolute path names; undefined where it lies outside, or has no meaning here. */
  relativePath?(absolute: string): string | undefined;
}
