import type { CommitWrites, ReadSet } from './contract';
import { matchesTerms, type SearchTerms } from './search-words';
import { byBytes } from './sorted-cells';
import { keyText } from '../values/key-encoding';

/** What was read of one index: keys from `lo` up to, not including, `hi`. Grows while reading. */
export interface ReadRange {
  lo: Uint8Array;
  hi: Uint8Array;
}

/**
 * Everything a transaction's result depends on. Ranges are what was really consumed: a stream
 * that stopped after 20 rows depends on the keys up to the 20th, and on nothing behind it.
 *
 * Invariant: if re-running the reads after a commit could give another result, `overlaps` is true.
 */
export class ReadTracker implements ReadSet {
  readonly #documents = new Set<string>();
  readonly #ranges = new Map<number, ReadRange[]>();
  readonly #searches = new Map<number, SearchTerms[]>();
  readonly #tables = new Set<string>();
  #sealed: Map<number, TextRange[]> | undefined;

  /** A point read by id, found or not. Ids are unique over all namespaces. */
  document(id: string): void {
    this.#documents.add(id);
  }

  /** A range that the caller goes on widening while it reads. */
  range(indexNo: number, range: ReadRange): void {
    const ranges = this.#ranges.get(indexNo);
    if (ranges) ranges.push(range);
    else this.#ranges.set(indexNo, [range]);
  }

  /** A search: depends on the documents that match it. The caller notes those it looked into. */
  search(indexNo: number, terms: SearchTerms): void {
    const known = this.#searches.get(indexNo);
    if (known) known.push(terms);
    else this.#searches.set(indexNo, [terms]);
  }

  /** Whole table: counts, and tables that did not exist when they were read. */
  table(key: string): void {
    this.#tables.add(key);
  }

  /** Reading is over: ranges will not grow any more, so they may be merged once. */
  seal(): void {
    this.#sealed ??= new Map([...this.#ranges].map(([no, ranges]) => [no, mergeRanges(ranges)]));
  }

  overlaps(commit: { writes: unknown }): boolean {
    // Commits are made by the store alone; the engine's type hides what they carry.
    const writes = commit.writes as CommitWrites;
    if (writes.everything) return true;
    if (intersects(this.#tables, writes.tables)) return true;
    if (intersects(this.#documents, writes.documents)) return true;
    for (const [indexNo, searches] of this.#searches) {
      const entries = writes.searches.get(indexNo) ?? [];
      if (searches.some((terms) => entries.some((entry) => matchesTerms(terms, entry))))
        return true;
    }
    for (const [indexNo, keys] of writes.keys) {
      const sealed = this.#sealed?.get(indexNo);
      const ranges = sealed ?? mergeRanges(this.#ranges.get(indexNo) ?? []);
      if (keys.some((key) => sortedContains(ranges, key))) return true;
    }
    return false;
  }
}

export function emptyRange(at: Uint8Array): ReadRange {
  return { lo: at, hi: at };
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  for (const item of small) if (large.has(item)) return true;
  return false;
}

/** As commits name their keys. */
interface TextRange {
  lo: string;
  hi: string;
}

function mergeRanges(ranges: readonly ReadRange[]): TextRange[] {
  const sorted = ranges
    .map(({ lo, hi }) => ({ lo: keyText(lo), hi: keyText(hi) }))
    .filter(({ lo, hi }) => lo < hi)
    .sort((a, b) => byBytes(a.lo, b.lo));
  const merged: TextRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last && range.lo <= last.hi) {
      if (range.hi > last.hi) last.hi = range.hi;
    } else {
      merged.push(range);
    }
  }
  return merged;
}

/** Binary search in disjoint, sorted ranges. */
function sortedContains(ranges: readonly TextRange[], key: string): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as TextRange).lo <= key) low = middle + 1;
    else high = middle;
  }
  const candidate = ranges[low - 1];
  return candidate !== undefined && key < candidate.hi;
}
