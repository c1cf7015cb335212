/** Why the runtime could not start, and the way out, in one message for people. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Turns what the system says about files into what to do; other errors pass unchanged. */
export function explainFolderError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new StartError(
        `The data folder ${folder} cannot be written. ` +
          'Give yourself the right to write it, or choose another one with ROLLCALL_DATA_DIR.',
        { cause: error },
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new StartError(
        `${folder} cannot be a data folder: a file is in its way. ` +
          'Move the file, or choose another folder with ROLLCALL_DATA_DIR.',
        { cause: error },
      );
    case 'ENOSPC':
      return new StartError(`The disk of the data folder ${folder} is full.`, { cause: error });
    default:
      return error;
  }
}
