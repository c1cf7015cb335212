import { Catalog } from './catalog';
import { DatabaseFile } from './database-file';
import { indexKey } from './documents';
import { tokensOf } from './search-index';
import { searchEntry } from './search-words';
import { documentFromText } from '../values/convex-json';
import { keyBytes, keyText } from '../values/key-encoding';

/**
 * Compares every index entry of a closed store with what its documents call for. Returns what is
 * wrong: entries missing, left over, or pointing elsewhere. For tests and diagnosis.
 */
export function findIndexFaults(folder: string): string[] {
  const file = new DatabaseFile(folder);
  try {
    const faults = file
      .statement('PRAGMA integrity_check')
      .all()
      .map(([line]) => String(line))
      .filter((line) => line !== 'ok');
    const catalog = new Catalog(file);
    const wanted = wantedEntries(file, catalog);
    for (const row of file.statement('SELECT index_no, key, doc FROM index_entries').all()) {
      const [indexNo, key, doc] = row as [number, Buffer, number];
      const name = entryName(indexNo, keyText(key));
      if (wanted.get(name) !== doc) faults.push(`left over: ${name} -> ${doc}`);
      wanted.delete(name);
    }
    faults.push(...searchFaults(file, catalog));
    return [...faults, ...[...wanted.keys()].map((name) => `missing: ${name}`)];
  } finally {
    file.close();
  }
}

const entryName = (indexNo: number, key: string) => `${indexNo}:${keyBytes(key).toString('hex')}`;

function wantedEntries(file: DatabaseFile, catalog: Catalog): Map<string, number> {
  const wanted = new Map<string, number>();
  for (const namespace of catalog.namespaces()) {
    for (const table of catalog.tables(namespace)) {
      const rows = file
        .statement('SELECT doc, body FROM documents WHERE table_no = ?')
        .all(table.tableNo);
      for (const [doc, body] of rows) {
        const document = documentFromText(body as string);
        for (const index of table.indexes.values()) {
          if (index.definition.kind !== 'database') continue;
          wanted.set(entryName(index.indexNo, indexKey(index, document)), doc as number);
        }
      }
    }
  }
  return wanted;
}

/** The tokens of each search index, as FTS5 lists them, against those its documents call for. */
function searchFaults(file: DatabaseFile, catalog: Catalog): string[] {
  const faults: string[] = [];
  for (const table of catalog.namespaces().flatMap((path) => catalog.tables(path))) {
    for (const index of table.indexes.values()) {
      const { indexNo, name, definition } = index;
      if (definition.kind !== 'search') continue;
      file.exec(
        `CREATE VIRTUAL TABLE temp.found USING fts5vocab(main, search_${indexNo}, instance)`,
      );
      const found = file.statement('SELECT doc, term FROM temp.found').all();
      file.exec('DROP TABLE temp.found');
      const wanted = file
        .statement('SELECT doc, body FROM documents WHERE table_no = ?')
        .all(table.tableNo)
        .flatMap(([doc, body]) => {
          const entry = searchEntry(index, documentFromText(body as string));
          return entry ? tokensOf(entry).map((token) => [doc, token]) : [];
        });
      const differs = found.map(String).sort().join() !== wanted.map(String).sort().join();
      if (differs) faults.push(`search index ${table.name}.${name} has other words than its table`);
    }
  }
  return faults;
}
