import { TrainerError } from '../errors.js';

/**
 * Turns a file system error into a {@link TrainerError}: Node's own message ("ENOSPC: no space left on device, write") names neither
 * what to do nor, once a file is open, the file.
 */
export function fileFailure(error: unknown): TrainerError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : reasons[code];
  if (reason === undefined || syscall === undefined) return undefined;
  const name = path === undefined ? 'the file' : `"${path}"`;
  return new TrainerError('TRAIN_FILE_FAILED', `Expected to ${verb(syscall)} ${name}, ${reason}`, {
    cause: error,
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'its disk is read-only',
  EACCES: 'this user has no permission',
  EPERM: 'this user has no permission',
  ENOTDIR: 'part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  ENOENT: 'it, or its folder, does not exist',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open',
  EIO: 'the disk failed',
};

function verb(syscall: string): string {
  if (syscall === 'mkdir') return 'make the folder';
  if (syscall === 'read' || syscall === 'scandir' || syscall === 'stat') return 'read';
  if (syscall === 'open') return 'open';
  return 'write';
}
