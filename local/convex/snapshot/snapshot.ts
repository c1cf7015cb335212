import { PushError } from '../deploy/push-error';
import type { Json } from '../engine/contract';
import { StoreError, type ReadTransaction, type WriteTransaction } from '../store/contract';
import { readSnapshot, writeSnapshot, type SnapshotTable } from './snapshot-files';

/** Everything that functions stored, the app's and its components', as one zip. */
export function exportSnapshot(tx: ReadTransaction): Uint8Array {
  const tables = tx.namespaces().flatMap((namespace) =>
    tx.dump(namespace).map(({ name, number, documents }): SnapshotTable => {
      return { namespace, name, number, lines: documents };
    }),
  );
  return writeSnapshot(tables);
}

/**
 * Replaces all data by a snapshot's, in the caller's transaction. A component that the snapshot
 * has and the deployment does not is refused; what is not in the snapshot becomes empty.
 */
export function importSnapshot(tx: WriteTransaction, zip: Uint8Array): Json {
  const tables = readSnapshot(zip);
  const known = new Set(tx.namespaces());
  const namespaces = new Set(tables.map(({ namespace }) => namespace));
  const strange = [...namespaces].find((namespace) => !known.has(namespace));
  if (strange !== undefined) {
    throw bad(`it has data of the component "${strange}", which is not deployed here. Push first.`);
  }
  try {
    for (const namespace of known) {
      const own = tables.filter((table) => table.namespace === namespace);
      tx.restore(
        namespace,
        own.map(({ name, number, lines }) => ({ name, number, documents: lines })),
      );
    }
  } catch (error) {
    if (!(error instanceof StoreError) || !isOfTheData(error)) throw error;
    throw bad(error.message);
  }
  const documents = tables.reduce((sum, { lines }) => sum + lines.length, 0);
  return { tables: tables.length, documents };
}

function isOfTheData({ code }: StoreError): boolean {
  return code === 'InvalidValue' || code === 'SchemaMismatch' || code === 'InvalidTable';
}

function bad(why: string): PushError {
  return new PushError(
    'BadSnapshot',
    `The snapshot cannot be imported: ${why} Nothing was changed.`,
  );
}
