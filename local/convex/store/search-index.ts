import { createHash } from 'node:crypto';
import type { IndexInfo } from './catalog';
import type { DatabaseFile } from './database-file';
import { fieldAt } from '../values/field-path';
import { encodeKey } from '../values/key-encoding';
import type { Value, ValueObject } from '../values/value';

/** Convex Cloud's bounds. */
export const searchLimits = { results: 1024, queryTerms: 16, filters: 8 } as const;

/** Longer tokens are left out, on both sides, as Convex does. */
const maxTokenBytes = 32;
/** Hex digits of a filter token: 80 bits, so that values do not collide by chance. */
const filterTokenDigits = 20;

/**
 * A search index is one FTS5 table without stored content: `text` holds the tokens, `filters` one
 * token per filter field and value. Rows are keyed by `documents.doc`, which grows with creation.
 */
const tableName = (index: IndexInfo) => `search_${index.indexNo}`;

export function createSearchTable(file: DatabaseFile, index: IndexInfo): void {
  file.exec(
    `CREATE VIRTUAL TABLE ${tableName(index)} USING fts5(text, filters, content='',
     contentless_delete=1, tokenize="unicode61 remove_diacritics 0")`,
  );
}

export function dropSearchTable(file: DatabaseFile, index: IndexInfo): void {
  file.exec(`DROP TABLE IF EXISTS ${tableName(index)}`);
}

/** Adds or replaces the entry of a document; with `before`, only when something searched changed. */
export function writeSearchEntry(
  file: DatabaseFile,
  index: IndexInfo,
  { doc, document, before }: { doc: number; document: ValueObject; before?: ValueObject },
): void {
  const entry = searchEntry(index, document);
  if (before) {
    const old = searchEntry(index, before);
    if (old?.text === entry?.text && old?.filters === entry?.filters) return;
    if (!entry) removeSearchEntry(file, index, doc);
  }
  if (!entry) return;
  file
    .statement(`INSERT OR REPLACE INTO ${tableName(index)} (rowid, text, filters) VALUES (?, ?, ?)`)
    .run(doc, entry.text, entry.filters);
}

export function removeSearchEntry(file: DatabaseFile, index: IndexInfo, doc: number): void {
  file.statement(`DELETE FROM ${tableName(index)} WHERE rowid = ?`).run(doc);
}

/** Documents whose search field is not a string are not in the index. */
function searchEntry(
  index: IndexInfo,
  document: ValueObject,
): { text: string; filters: string } | undefined {
  if (index.definition.kind !== 'search') return undefined;
  const { searchField, filterFields } = index.definition;
  const text = fieldAt(document, searchField.split('.'));
  if (typeof text !== 'string') return undefined;
  const filters = filterFields.map((field, position) =>
    filterToken(position, fieldAt(document, field.split('.'))),
  );
  return { text: tokensOf(text).join(' '), filters: filters.join(' ') };
}

export interface SearchRequest {
  text: string;
  /** Position of the field among the index's filter fields, and the value it must equal. */
  filters: readonly { position: number; value: Value | undefined }[];
}

/**
 * Numbers of matching documents, best first: any term matches, the last one also as a prefix;
 * BM25, then the older document first.
 */
export function searchDocuments(
  file: DatabaseFile,
  index: IndexInfo,
  request: SearchRequest,
): number[] {
  const terms = tokensOf(request.text).slice(0, searchLimits.queryTerms);
  if (terms.length === 0) return [];
  const text = terms.map((term, i) => `"${term}"${i === terms.length - 1 ? ' *' : ''}`);
  const filters = request.filters.map(
    ({ position, value }) => `filters : "${filterToken(position, value)}"`,
  );
  const match = [...filters, `text : (${text.join(' OR ')})`].join(' AND ');
  const name = tableName(index);
  return file
    .statement(
      `SELECT rowid FROM ${name} WHERE ${name} MATCH ?
       ORDER BY bm25(${name}, 1.0, 0.0), rowid LIMIT ${searchLimits.results}`,
    )
    .all(match)
    .map(([doc]) => doc as number);
}

/** Runs of letters, marks and digits, lower-cased. */
export function tokensOf(text: string): string[] {
  const tokens = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return tokens.filter((token) => Buffer.byteLength(token) <= maxTokenBytes);
}

/** Tokens by their key: filters have few values, and a digest costs more than the rest of a row. */
const filterTokens = new Map<string, string>();
const filterTokensMax = 10_000;

function filterToken(position: number, value: Value | undefined): string {
  const key = encodeKey([value]);
  const name = `${position}:${key.toString('latin1')}`;
  let token = filterTokens.get(name);
  if (token === undefined) {
    const digest = createHash('sha256').update(key).digest('hex');
    token = `f${position}x${digest.slice(0, filterTokenDigits)}`;
    if (filterTokens.size >= filterTokensMax) filterTokens.clear();
    filterTokens.set(name, token);
  }
  return token;
}
