import { createHash } from 'node:crypto';
import type { IndexInfo } from './catalog';
import { fieldAt } from '../values/field-path';
import { encodeKey } from '../values/key-encoding';
import type { Value, ValueObject } from '../values/value';

/** Convex Cloud's bounds. */
export const searchLimits = { results: 1024, queryTerms: 16, filters: 8 } as const;

/** Longer words are left out, on both sides, as Convex does. */
const maxWordBytes = 32;
/** Hex digits of a filter token: 80 bits, so that values do not collide by chance. */
const filterTokenDigits = 20;

/** What a search index holds of one document. */
export interface SearchEntry {
  /** Each word once. */
  words: ReadonlySet<string>;
  /** One token per filter field, in the order of the index. */
  filters: readonly string[];
}

/** Documents whose search field is not a string are not in the index. */
export function searchEntry(index: IndexInfo, document: ValueObject): SearchEntry | undefined {
  if (index.definition.kind !== 'search') return undefined;
  const { searchField, filterFields } = index.definition;
  const text = fieldAt(document, searchField.split('.'));
  if (typeof text !== 'string') return undefined;
  const filters = filterFields.map((field, position) =>
    filterToken(position, fieldAt(document, field.split('.'))),
  );
  return { words: new Set(wordsOf(text)), filters };
}

export function isSameEntry(a: SearchEntry, b: SearchEntry): boolean {
  if (a.words.size !== b.words.size) return false;
  for (const word of a.words) if (!b.words.has(word)) return false;
  return a.filters.every((filter, i) => filter === b.filters[i]);
}

export interface SearchRequest {
  text: string;
  /** Position of the field among the index's filter fields, and the value it must equal. */
  filters: readonly { position: number; value: Value | undefined }[];
}

/** A request in the words of the index. */
export interface SearchTerms {
  /** Distinct; the last one typed matches as a prefix, too, and is the last one here. */
  words: readonly string[];
  filters: readonly { position: number; token: string }[];
}

export function termsOf(request: SearchRequest): SearchTerms {
  const typed = wordsOf(request.text).slice(0, searchLimits.queryTerms);
  const last = typed.at(-1);
  const others = new Set(typed.slice(0, -1));
  // As a prefix it covers itself as a word.
  if (last !== undefined) others.delete(last);
  return {
    words: last === undefined ? [] : [...others, last],
    filters: request.filters.map(({ position, value }) => ({
      position,
      token: filterToken(position, value),
    })),
  };
}

/** Whether a document with this entry is among those that a search ranks. */
export function matchesTerms({ words, filters }: SearchTerms, entry: SearchEntry): boolean {
  for (const { position, token } of filters) if (entry.filters[position] !== token) return false;
  return words.some((word, i) => hasWord(entry, word, { asPrefix: i === words.length - 1 }));
}

export function hasWord(
  entry: SearchEntry,
  wanted: string,
  { asPrefix }: { asPrefix: boolean },
): boolean {
  if (entry.words.has(wanted)) return true;
  if (asPrefix) for (const word of entry.words) if (word.startsWith(wanted)) return true;
  return false;
}

/** Runs of letters, marks and digits, lower-cased. */
export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.filter((word) => Buffer.byteLength(word) <= maxWordBytes);
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
