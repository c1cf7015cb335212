import { join } from 'node:path';
import { Catalog } from './catalog';
import { Clock } from './clock';
import { InlineWriter } from './batch-writer';
import { StoreError, type Store, type StoreOptions } from './contract';
import { CursorCodec } from './cursor';
import { damaged, DatabaseFile, fileName } from './database-file';
import { bringUpToDate } from './older-formats';
import { DocumentNumbers } from './documents';
import { Layers } from './layers';
import { SerialStore } from './serial-store';
import { ThreadWriter } from './thread-writer';

/**
 * Opens the store of a data folder, or makes it. Throws `StoreError` with `FolderInUse`,
 * `FolderUnusable`, `FileDamaged` or `FileTooNew` when that cannot be.
 */
export function openStore({
  folder,
  nowMs = Date.now,
  bodyMsMax,
  frame,
  writerProgram,
  isQuiet,
  openFile = (path) => new DatabaseFile(path, writerProgram ? 'reader' : 'alone'),
  openWriter = (file) =>
    writerProgram ? new ThreadWriter(folder, writerProgram) : new InlineWriter(file),
}: StoreOptions): Store {
  const file = openFile(folder);
  try {
    const catalog = new Catalog(file);
    bringUpToDate(file, catalog);
    const parts = {
      file,
      layers: new Layers(file),
      catalog,
      numbers: new DocumentNumbers(file),
      clock: new Clock(file, nowMs),
      cursors: new CursorCodec(file),
    };
    return new SerialStore(parts, openWriter(file), { bodyMsMax, frame, isQuiet });
  } catch (error) {
    closeQuietly(file);
    // What is kept about tables, times and keys was written by us: it can only have been changed.
    throw error instanceof StoreError ? error : damaged(error, join(folder, fileName));
  }
}

/** Closing a damaged file may fail, too; the first failure is the one to tell. */
function closeQuietly(file: DatabaseFile): void {
  try {
    file.close();
  } catch {
    // Told by the caller.
  }
}
