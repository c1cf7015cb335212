import { Catalog } from './catalog';
import { Clock } from './clock';
import type { Store, StoreOptions } from './contract';
import { CursorCodec } from './cursor';
import { DatabaseFile } from './database-file';
import { bringUpToDate } from './older-formats';
import { SerialStore } from './serial-store';

/**
 * Opens the store of a data folder, or makes it. Throws `StoreError` with `FolderInUse`,
 * `FolderUnusable`, `FileDamaged` or `FileTooNew` when that cannot be.
 */
export function openStore({
  folder,
  nowMs = Date.now,
  bodyMsMax,
  frame,
  openFile = (path) => new DatabaseFile(path),
}: StoreOptions): Store {
  const file = openFile(folder);
  try {
    const catalog = new Catalog(file);
    bringUpToDate(file, catalog);
    const parts = {
      file,
      catalog,
      clock: new Clock(file, nowMs),
      cursors: new CursorCodec(file),
    };
    return new SerialStore(parts, bodyMsMax, frame);
  } catch (error) {
    file.close();
    throw error;
  }
}
