import type { IndexInfo } from './catalog';
import type { DatabaseFile } from './database-file';
import { rank, type Candidate } from './search-rank';
import { searchLimits, wordsOf, type SearchEntry, type SearchTerms } from './search-words';

/**
 * A search index is one FTS5 table that holds, per document, each word once (as `t` and the word)
 * and one token per filter field. It keeps no text and no positions: it finds, `search-rank.ts`
 * ranks. Rows are keyed by `documents.doc`, which grows with creation. Words come cut and
 * lower-cased, so the tokenizer only has to leave every letter beyond ASCII alone.
 *
 * `prefix`: beginnings of up to eight letters are indexed as words are. Without that, FTS5 merges
 * the lists of all words that begin so, which takes 100 ms among 100,000 people.
 */
const tableName = (index: IndexInfo) => `search_${index.indexNo}`;

export function createSearchTable(file: DatabaseFile, index: IndexInfo): void {
  file.exec(
    `CREATE VIRTUAL TABLE ${tableName(index)} USING fts5(tokens, content='',
     contentless_delete=1, detail=none, tokenize='ascii', prefix='2 3 4 5 6 7 8 9')`,
  );
}

export function dropSearchTable(file: DatabaseFile, index: IndexInfo): void {
  file.exec(`DROP TABLE IF EXISTS ${tableName(index)}`);
}

/** Adds or replaces the entry of a document. */
export function writeSearchEntry(
  file: DatabaseFile,
  index: IndexInfo,
  doc: number,
  entry: SearchEntry,
): void {
  file
    .statement(`INSERT OR REPLACE INTO ${tableName(index)} (rowid, tokens) VALUES (?, ?)`)
    .run(doc, tokensOf(entry).join(' '));
}

export function removeSearchEntry(file: DatabaseFile, index: IndexInfo, doc: number): void {
  file.statement(`DELETE FROM ${tableName(index)} WHERE rowid = ?`).run(doc);
}

/** As they are stored. */
export function tokensOf({ words, filters }: SearchEntry): string[] {
  return [...Array.from(words, (word) => `t${word}`), ...filters];
}

/**
 * Numbers of matching documents, best first: any word matches, the last one also as a prefix.
 * Never looks at more than some thousands of documents, however many match; of more, the newest
 * compete. What it answers depends on matching documents alone (`matchesTerms`).
 */
export function searchDocuments(
  file: DatabaseFile,
  index: IndexInfo,
  terms: SearchTerms,
): number[] {
  if (terms.words.length === 0) return [];
  const candidates = readCandidates(file, index, candidateDocs(file, index, terms));
  return rank(candidates, terms.words).slice(0, searchLimits.results);
}

/** When words are common: how many of the newest documents of each take part at least. */
const newestOfEachWord = 256;

/**
 * All matching documents when they are few. Else those with all the words, when these are enough
 * already; else also the newest with any, among them some of each, so that the rare word counts.
 */
function candidateDocs(file: DatabaseFile, index: IndexInfo, terms: SearchTerms): Set<number> {
  const words = terms.words.map((word, i) => {
    const isLast = i === terms.words.length - 1;
    return `"t${word}"${isLast ? ' *' : ''}`;
  });
  const filters = terms.filters.map(({ token }) => `"${token}"`);
  const { results } = searchLimits;
  const newest = (wanted: string, limit: number) =>
    newestMatches(file, index, { match: [...filters, wanted].join(' AND '), limit });
  const all = newest(words.join(' AND '), results);
  if (words.length === 1 || all.length === results) return new Set(all);
  const any = newest(`(${words.join(' OR ')})`, results);
  const each = any.length < results ? [] : words.map((word) => newest(word, newestOfEachWord));
  return new Set([...all, ...any, ...each.flat()]);
}

/** Lists travel as one JSON text: reading a thousand rows costs more than finding them. */
function newestMatches(
  file: DatabaseFile,
  index: IndexInfo,
  { match, limit }: { match: string; limit: number },
): number[] {
  const name = tableName(index);
  const row = file
    .statement(
      `SELECT json_group_array(rowid) FROM
       (SELECT rowid FROM ${name} WHERE ${name} MATCH ? ORDER BY rowid DESC LIMIT ?)`,
    )
    .get(match, limit);
  return JSON.parse(row?.[0] as string) as number[];
}

/** The words of documents, from the text of their bodies. */
function readCandidates(
  file: DatabaseFile,
  { definition }: IndexInfo,
  wanted: ReadonlySet<number>,
): Candidate[] {
  if (definition.kind !== 'search') return [];
  const steps = definition.searchField.split('.').map((step) => `"${step}"`);
  const row = file
    .statement(
      `SELECT json_group_array(d.doc), CAST(json_group_array(json_extract(d.body, ?)) AS BLOB)
       FROM json_each(?) c CROSS JOIN documents d ON d.doc = c.value`,
    )
    .get(`$.${steps.join('.')}`, JSON.stringify([...wanted]));
  const docs = JSON.parse(row?.[0] as string) as number[];
  const texts = JSON.parse(file.text(row?.[1])) as string[];
  return docs.map((doc, i) => ({ doc, words: wordsOf(texts[i] ?? '') }));
}
