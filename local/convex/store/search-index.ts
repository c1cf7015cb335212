import type { IndexInfo } from './catalog';
import type { DatabaseFile } from './database-file';
import { rank, type Candidate } from './search-rank';
import { hasWord, searchLimits, wordsOf, type SearchEntry, type SearchTerms } from './search-words';
import { documentFromText } from '../values/convex-json';
import { fieldAt } from '../values/field-path';

/**
 * A search index is one FTS5 table that holds, per document, each word once (as `t` and the word)
 * and one token per filter field. It keeps no text and no positions: it finds, `search-rank.ts`
 * ranks. Rows are keyed by `documents.doc`, which grows with creation. Words come cut and
 * lower-cased, so the tokenizer only has to leave every letter beyond ASCII alone.
 *
 * `prefix`: beginnings of up to eight letters are indexed as words are. Without that, FTS5 merges
 * the lists of all words that begin so, which takes 100 ms among 100,000 people.
 */
const tableName = (indexNo: number) => `search_${indexNo}`;

export function createSearchTable(file: DatabaseFile, index: IndexInfo): void {
  file.exec(
    `CREATE VIRTUAL TABLE ${tableName(index.indexNo)} USING fts5(tokens, content='',
     contentless_delete=1, detail=none, tokenize='ascii', prefix='2 3 4 5 6 7 8 9')`,
  );
}

export function dropSearchTable(file: DatabaseFile, index: IndexInfo): void {
  file.exec(`DROP TABLE IF EXISTS ${tableName(index.indexNo)}`);
}

/** Of a document that the index has not seen. `tokens`: of `tokensOf`, with blanks between. */
export function addSearchEntry(
  file: DatabaseFile,
  indexNo: number,
  doc: number,
  tokens: string,
): void {
  file
    .statement(`INSERT INTO ${tableName(indexNo)} (rowid, tokens) VALUES (?, ?)`)
    .run(doc, tokens);
}

/** As `addSearchEntry`, for a document that it may know. */
export function putSearchEntry(
  file: DatabaseFile,
  indexNo: number,
  doc: number,
  tokens: string,
): void {
  file
    .statement(`INSERT OR REPLACE INTO ${tableName(indexNo)} (rowid, tokens) VALUES (?, ?)`)
    .run(doc, tokens);
}

export function removeSearchEntry(file: DatabaseFile, indexNo: number, doc: number): void {
  file.statement(`DELETE FROM ${tableName(indexNo)} WHERE rowid = ?`).run(doc);
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
export function searchDocuments(source: SearchSource, terms: SearchTerms): number[] {
  if (terms.words.length === 0) return [];
  const candidates = readCandidates(source, candidateDocs(source, terms));
  return rank(candidates, terms.words).slice(0, searchLimits.results);
}

/** A search index: of the file, and what has changed since (`Layers`). */
export interface SearchSource {
  file: DatabaseFile;
  index: IndexInfo;
  changed: ReadonlyMap<number, SearchEntry | null>;
  /** Of documents that are not in the file as they are now, also where the index has not changed. */
  newBodyOf: (doc: number) => string | undefined;
}

/** When words are common: how many of the newest documents of each take part at least. */
const newestOfEachWord = 256;

/** Some words of a search, of which a document must have all or any. */
interface Wanted {
  words: readonly string[];
  join: 'AND' | 'OR';
  limit: number;
}

/**
 * All matching documents when they are few. Else those with all the words, when these are enough
 * already; else also the newest with any, among them some of each, so that the rare word counts.
 */
function candidateDocs(source: SearchSource, terms: SearchTerms): Set<number> {
  const { words } = terms;
  const { results } = searchLimits;
  const newest = (wanted: Wanted) => newestMatches(source, terms, wanted);
  const all = newest({ words, join: 'AND', limit: results });
  if (words.length === 1 || all.length === results) return new Set(all);
  const any = newest({ words, join: 'OR', limit: results });
  const each =
    any.length < results
      ? []
      : words.map((word) => newest({ words: [word], join: 'OR', limit: newestOfEachWord }));
  return new Set([...all, ...any, ...each.flat()]);
}

function newestMatches(source: SearchSource, terms: SearchTerms, wanted: Wanted): number[] {
  const { changed } = source;
  const { limit } = wanted;
  const inFile = newestInFile(source, terms, { ...wanted, limit: limit + changed.size });
  if (changed.size === 0) return inFile;
  const added = [...changed].flatMap(([doc, entry]) =>
    entry !== null && matches(entry, terms, wanted) ? [doc] : [],
  );
  const kept = inFile.filter((doc) => !changed.has(doc));
  return [...kept, ...added].sort((a, b) => b - a).slice(0, limit);
}

function matches(entry: SearchEntry, { words, filters }: SearchTerms, wanted: Wanted): boolean {
  if (filters.some(({ position, token }) => entry.filters[position] !== token)) return false;
  const has = (word: string) => hasWord(entry, word, { asPrefix: word === words.at(-1) });
  return wanted.join === 'AND' ? wanted.words.every(has) : wanted.words.some(has);
}

/** Lists travel as one JSON text: reading a thousand rows costs more than finding them. */
function newestInFile(
  { file, index }: SearchSource,
  { words, filters }: SearchTerms,
  wanted: Wanted,
): number[] {
  const name = tableName(index.indexNo);
  const texts = wanted.words.map((word) => `"t${word}"${word === words.at(-1) ? ' *' : ''}`);
  const match = [
    ...filters.map(({ token }) => `"${token}"`),
    `(${texts.join(` ${wanted.join} `)})`,
  ];
  const row = file
    .statement(
      `SELECT json_group_array(rowid) FROM
       (SELECT rowid FROM ${name} WHERE ${name} MATCH ? ORDER BY rowid DESC LIMIT ?)`,
    )
    .get(match.join(' AND '), wanted.limit);
  return JSON.parse(row?.[0] as string) as number[];
}

/** The words of documents, from the text of their bodies. */
function readCandidates(
  { file, index: { definition }, newBodyOf }: SearchSource,
  wanted: ReadonlySet<number>,
): Candidate[] {
  if (definition.kind !== 'search') return [];
  const path = definition.searchField.split('.');
  const fresh: Candidate[] = [];
  const stored: number[] = [];
  for (const doc of wanted) {
    const body = newBodyOf(doc);
    if (body === undefined) stored.push(doc);
    else fresh.push({ doc, words: wordsOf(textAt(body, path)) });
  }
  const row = file
    .statement(
      `SELECT json_group_array(d.doc), CAST(json_group_array(json_extract(d.body, ?)) AS BLOB)
       FROM json_each(?) c CROSS JOIN documents d ON d.doc = c.value`,
    )
    .get(`$.${path.map((step) => `"${step}"`).join('.')}`, JSON.stringify(stored));
  const docs = JSON.parse(row?.[0] as string) as number[];
  const texts = JSON.parse(file.text(row?.[1])) as string[];
  return [...docs.map((doc, i) => ({ doc, words: wordsOf(texts[i] ?? '') })), ...fresh];
}

function textAt(body: string, path: readonly string[]): string {
  const text = fieldAt(documentFromText(body), path);
  return typeof text === 'string' ? text : '';
}
