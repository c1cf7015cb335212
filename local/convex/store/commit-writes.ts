import type { CommitWrites } from './contract';
import type { SearchEntry } from './search-words';

type Entry =
  | { kind: 'key'; indexNo: number; key: string }
  | { kind: 'search'; indexNo: number; entry: SearchEntry }
  | { kind: 'document'; id: string; table: string };

/** What one transaction touched, in order, so that a savepoint can forget its tail. */
export class WriteLog {
  #entries: Entry[] = [];
  #other = 0;
  #changedIndexes = false;

  key(indexNo: number, key: string): void {
    if (this.#changedIndexes) return;
    this.#entries.push({ kind: 'key', indexNo, key });
  }

  /** What a search index held of a document, or holds from now on. */
  search(indexNo: number, entry: SearchEntry): void {
    if (this.#changedIndexes) return;
    this.#entries.push({ kind: 'search', indexNo, entry });
  }

  document(id: string, table: string): void {
    if (this.#changedIndexes) return;
    this.#entries.push({ kind: 'document', id, table });
  }

  /** Indexes came or went, or all data: all read sets are void, and the rest need not be listed. */
  everything(): void {
    this.#changedIndexes = true;
  }

  /** A write that no read set can depend on: system rows. */
  other(): void {
    this.#other++;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#other === 0 && !this.#changedIndexes;
  }

  mark(): { entries: number; other: number } {
    return { entries: this.#entries.length, other: this.#other };
  }

  backTo(mark: { entries: number; other: number }): void {
    this.#entries.length = mark.entries;
    this.#other = mark.other;
  }

  toCommit(): CommitWrites {
    const keys = new Map<number, string[]>();
    const searches = new Map<number, SearchEntry[]>();
    const tables = new Set<string>();
    const documents = new Set<string>();
    for (const entry of this.#entries) {
      if (entry.kind === 'document') {
        documents.add(entry.id);
        tables.add(entry.table);
        continue;
      }
      if (entry.kind === 'search') add(searches, entry.indexNo, entry.entry);
      else add(keys, entry.indexNo, entry.key);
    }
    return { keys, searches, tables, documents, everything: this.#changedIndexes };
  }
}

function add<T>(lists: Map<number, T[]>, indexNo: number, item: T): void {
  const known = lists.get(indexNo);
  if (known) known.push(item);
  else lists.set(indexNo, [item]);
}
