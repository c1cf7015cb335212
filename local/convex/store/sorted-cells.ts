/** As many are put in their place one by one; more are sorted in. */
const fewKeys = 16;

/** Entries of one index by key (Latin-1, which sorts as its bytes do), read in order by range. */
export class SortedCells {
  readonly #docs = new Map<string, number>();
  /** Every key that is or was there; in order, but for those in `#fresh`. */
  #keys: string[] = [];
  #fresh: string[] = [];

  /** Returns what was there before. */
  set(key: string, doc: number): number | undefined {
    const before = this.#docs.get(key);
    if (before === undefined) this.#fresh.push(key);
    this.#docs.set(key, doc);
    return before;
  }

  delete(key: string): boolean {
    return this.#docs.delete(key);
  }

  get(key: string): number | undefined {
    return this.#docs.get(key);
  }

  all(): Iterable<[key: string, doc: number]> {
    return this.#docs;
  }

  /** `lo <= key < hi`, in order. */
  *range(lo: string, hi: string): Generator<[key: string, doc: number]> {
    if (this.#fresh.length > 0) this.#sortIn();
    let last: string | undefined;
    for (let at = firstFrom(this.#keys, lo); at < this.#keys.length; at += 1) {
      const key = this.#keys[at] as string;
      if (key >= hi) return;
      const doc = this.#docs.get(key);
      // Twice there: it was undone and came again.
      if (doc !== undefined && key !== last) yield [key, doc];
      last = key;
    }
  }

  #sortIn(): void {
    if (this.#fresh.length <= fewKeys) {
      for (const key of this.#fresh) this.#keys.splice(firstFrom(this.#keys, key), 0, key);
    } else {
      this.#keys = [...this.#keys, ...this.#fresh].sort(byBytes);
    }
    this.#fresh = [];
  }
}

export const byBytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function firstFrom(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
