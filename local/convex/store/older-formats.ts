import type { Catalog } from './catalog';
import { formatVersion, type DatabaseFile } from './database-file';
import { allDocuments, backfill } from './schema-apply';
import { createSearchTable, dropSearchTable } from './search-index';
import { SqlSink } from './sql-sink';

/**
 * Makes a file of an older version one of this version, in one transaction. Version 1 kept search
 * indexes in another way: they are built anew, 100,000 documents in about three seconds.
 */
export function bringUpToDate(file: DatabaseFile, catalog: Catalog): void {
  if (file.foundVersion === formatVersion) return;
  const sink = new SqlSink(file);
  file.exec('BEGIN IMMEDIATE');
  for (const table of catalog.namespaces().flatMap((path) => catalog.tables(path))) {
    const searched = [...table.indexes.values()].filter(
      ({ definition }) => definition.kind === 'search',
    );
    if (searched.length === 0) continue;
    for (const index of searched) {
      dropSearchTable(file, index);
      createSearchTable(file, index);
    }
    for (const { doc, document } of allDocuments(file, table)) {
      for (const index of searched) backfill(sink, index, doc, document);
    }
  }
  file.exec(`PRAGMA user_version = ${formatVersion}`);
  file.exec('COMMIT');
}
