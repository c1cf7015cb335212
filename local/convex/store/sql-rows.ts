import type { TableInfo } from './catalog';
import type { SystemRange } from './contract';
import type { DatabaseFile, Row } from './database-file';
import type { StoredDocument } from './documents';
import type { ScannedRow } from './index-scan';
import type { ScanRequest } from './layers';
import { encodeKey } from '../values/key-encoding';

/** What is read from the file. */

export function findDocument(
  file: DatabaseFile,
  table: TableInfo,
  id: string,
): StoredDocument | undefined {
  const row = file
    .statement('SELECT doc, CAST(body AS BLOB), size FROM documents WHERE table_no = ? AND id = ?')
    .get(table.tableNo, id);
  if (!row) return undefined;
  const [doc, body, size] = row as [number, unknown, number];
  return { doc, id, body: file.text(body), size };
}

export function findDocumentByNumber(file: DatabaseFile, doc: number): StoredDocument | undefined {
  const row = file
    .statement('SELECT CAST(id AS BLOB), CAST(body AS BLOB), size FROM documents WHERE doc = ?')
    .get(doc);
  if (!row) return undefined;
  return { doc, id: file.text(row[0]), body: file.text(row[1]), size: row[2] as number };
}

export function scanByKey(
  file: DatabaseFile,
  indexNo: number,
  { range, order, limit }: ScanRequest,
): ScannedRow[] {
  const { one, some } = byKey[order];
  if (limit > 1) {
    return file
      .statement(some)
      .all(indexNo, range.lo, range.hi, limit)
      .map((row) => scannedRow(file, row));
  }
  // One row is fetched for half the price of a list. By a statement of its own: with libsql, a
  // `get` after an `all` of the same one reads with the parameters of that.
  const row = file.statement(one).get(indexNo, range.lo, range.hi);
  return row ? [scannedRow(file, row)] : [];
}

function scannedRow(file: DatabaseFile, row: Row): ScannedRow {
  const [key, doc, id, body, size] = row as [Buffer, number, unknown, unknown, number];
  return { key, doc, id: file.text(id), body: file.text(body), size };
}

const byKeySql = (direction: 'ASC' | 'DESC', limit: string) =>
  `SELECT CAST(e.key AS BLOB), d.doc, CAST(d.id AS BLOB), CAST(d.body AS BLOB), d.size
   FROM index_entries e CROSS JOIN documents d ON d.doc = e.doc
   WHERE e.index_no = ? AND e.key >= ? AND e.key < ?
   ORDER BY e.key ${direction} LIMIT ${limit}`;

const byKey = {
  asc: { one: byKeySql('ASC', '1'), some: byKeySql('ASC', '?') },
  desc: { one: byKeySql('DESC', '1'), some: byKeySql('DESC', '?') },
};

/** The index by id has no entries of its own: the documents' unique index is it. */
export function scanById(
  file: DatabaseFile,
  table: TableInfo,
  { range, order, limit }: ScanRequest,
): ScannedRow[] {
  const lo = idBound(range.lo);
  const hi = idBound(range.hi);
  return file
    .statement(
      `SELECT doc, CAST(id AS BLOB), CAST(body AS BLOB), size FROM documents
       WHERE table_no = ? AND id >${lo.includesEqual ? '=' : ''} ?
         AND id <${hi.includesEqual ? '' : '='} ?
       ORDER BY id ${order === 'asc' ? 'ASC' : 'DESC'} LIMIT ?`,
    )
    .all(table.tableNo, lo.text, hi.text, limit)
    .map(([doc, id, body, size]) => ({
      key: encodeKey([file.text(id)]),
      doc: doc as number,
      id: file.text(id),
      body: file.text(body),
      size: size as number,
    }));
}

const stringTag = 7;

/**
 * A key bound as a bound on id text. `includesEqual`: the key of that very id lies at or above the
 * bound. Ids are ASCII letters and digits, so what follows a NUL in a bound never decides more.
 */
function idBound(key: Uint8Array): { text: string; includesEqual: boolean } {
  const [tag] = key;
  if (tag === undefined || tag < stringTag) return { text: '', includesEqual: true };
  if (tag > stringTag) return { text: '\u{10ffff}', includesEqual: true };
  const end = key.indexOf(0, 1);
  const text = Buffer.from(key.subarray(1, end < 0 ? key.length : end)).toString();
  return { text, includesEqual: end < 0 || end === key.length - 1 };
}

export function countEntries(file: DatabaseFile, indexNo: number): number {
  const row = file.statement('SELECT count(*) FROM index_entries WHERE index_no = ?').get(indexNo);
  return row?.[0] as number;
}

export function hasEntry(file: DatabaseFile, indexNo: number, key: Buffer): boolean {
  const sql = 'SELECT 1 FROM index_entries WHERE index_no = ? AND key = ?';
  return file.statement(sql).get(indexNo, key) !== undefined;
}

export function readSystemRow(file: DatabaseFile, bucket: string, key: string): string | null {
  const row = file
    .statement('SELECT CAST(value AS BLOB) FROM system_rows WHERE bucket = ? AND key = ?')
    .get(bucket, key);
  return row ? file.text(row[0]) : null;
}

export function scanSystemRows(
  file: DatabaseFile,
  bucket: string,
  range: SystemRange,
): { key: string; json: string }[] {
  const { from = '', to = afterAll, prefix = '', limit = Infinity } = range;
  return file
    .statement(
      `SELECT CAST(key AS BLOB), CAST(value AS BLOB) FROM system_rows
       WHERE bucket = ? AND key >= ? AND key >= ? AND key < ? AND key < ?
       ORDER BY key ${range.reverse ? 'DESC' : 'ASC'} LIMIT ?`,
    )
    .all(bucket, from, prefix, to, prefix + afterAll, Number.isFinite(limit) ? limit : -1)
    .map(([key, json]) => ({ key: file.text(key), json: file.text(json) }));
}

/** Sorts after every key that UTF-8 can spell. */
const afterAll = '\u{10ffff}\u{10ffff}';

/** As SQLite compares: by UTF-8 bytes; JavaScript compares by UTF-16. */
export function inSystemRange(key: string, { from, to, prefix = '' }: SystemRange): boolean {
  if (!key.startsWith(prefix)) return false;
  return (from === undefined || !isBefore(key, from)) && (to === undefined || isBefore(key, to));
}

function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}
