import type { StoredDocument } from './documents';
import type { Layers } from './layers';
import type { UsageMeter } from './limits';
import type { ReadTracker } from './read-set';

/** What reading needs of the transaction it belongs to. */
export interface ReadContext {
  readonly layers: Layers;
  readonly reads: ReadTracker;
  readonly meter: UsageMeter;
  /** Grows with every write of the transaction, undone ones included. */
  readonly writeCount: () => number;
  /** Throws when the transaction is over. */
  use(): void;
  /** The row was read, and may be asked for by its id. */
  remember(row: StoredDocument): void;
}
