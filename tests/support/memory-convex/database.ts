import type { Bound, MemoryStore } from './store';
import type { Fields, StoredDoc } from './values';

/*
 * `ctx.db` over a `MemoryStore`, as far as the product uses it; whatever else is called fails by
 * name. Asynchronous as in Convex: callers that forget to wait are found.
 */

class RangeBuilder {
  constructor(private readonly bounds: Bound[]) {}

  eq(field: string, value: unknown): this {
    return this.add('eq', field, value);
  }
  gt(field: string, value: unknown): this {
    return this.add('gt', field, value);
  }
  gte(field: string, value: unknown): this {
    return this.add('gte', field, value);
  }
  lt(field: string, value: unknown): this {
    return this.add('lt', field, value);
  }
  lte(field: string, value: unknown): this {
    return this.add('lte', field, value);
  }

  private add(op: Bound['op'], field: string, value: unknown): this {
    this.bounds.push({ op, field, value });
    return this;
  }
}

class MemoryQuery {
  private direction: 'asc' | 'desc' = 'asc';
  private index = 'by_creation_time';
  private readonly bounds: Bound[] = [];

  constructor(
    private readonly store: MemoryStore,
    private readonly table: string,
  ) {}

  withIndex(name: string, range?: (q: RangeBuilder) => RangeBuilder): this {
    this.index = name;
    range?.(new RangeBuilder(this.bounds));
    return this;
  }

  order(direction: 'asc' | 'desc'): this {
    this.direction = direction;
    return this;
  }

  async collect(): Promise<StoredDoc[]> {
    return await Promise.resolve(this.found());
  }

  async take(count: number): Promise<StoredDoc[]> {
    return await Promise.resolve(this.found().slice(0, count));
  }

  async first(): Promise<StoredDoc | null> {
    return await Promise.resolve(this.found()[0] ?? null);
  }

  async unique(): Promise<StoredDoc | null> {
    const found = await Promise.resolve(this.found());
    if (found.length > 1) throw new Error(`unique() found ${found.length} of ${this.table}`);
    return found[0] ?? null;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StoredDoc> {
    yield* await Promise.resolve(this.found());
  }

  /** The cursor is a position: good while nothing changes between two pages. */
  async paginate({ numItems, cursor }: { numItems: number; cursor: string | null }) {
    const from = Number(cursor ?? 0);
    const found = await Promise.resolve(this.found());
    const page = found.slice(from, from + numItems);
    const isDone = from + numItems >= found.length;
    return { page, isDone, continueCursor: String(from + page.length) };
  }

  private found(): StoredDoc[] {
    const found = this.store.range(this.table, this.index, this.bounds);
    return this.direction === 'asc' ? found : found.reverse();
  }
}

/** One for each transaction, as in Convex. */
export class MemoryReader {
  constructor(protected readonly store: MemoryStore) {}

  /** The table may be left out, as in older code. */
  async get(...args: [string] | [string, string]): Promise<StoredDoc | null> {
    return await Promise.resolve(this.store.get(args.at(-1) ?? ''));
  }

  query(table: string): MemoryQuery {
    return new MemoryQuery(this.store, table);
  }

  normalizeId(table: string, id: string): string | null {
    return this.store.normalizeId(table, id);
  }
}

type Written = [id: string, fields: Fields] | [table: string, id: string, fields: Fields];

export class MemoryWriter extends MemoryReader {
  async insert(table: string, fields: object): Promise<string> {
    return await Promise.resolve(this.store.insert(table, fields));
  }

  async patch(...args: Written): Promise<void> {
    const [id, change] = args.length === 3 ? [args[1], args[2]] : args;
    await Promise.resolve(this.store.patch(id, change));
  }

  async replace(...args: Written): Promise<void> {
    const [id, fields] = args.length === 3 ? [args[1], args[2]] : args;
    await Promise.resolve(this.store.replace(id, fields));
  }

  async delete(...args: [string] | [string, string]): Promise<void> {
    await Promise.resolve(this.store.remove(args.at(-1) ?? ''));
  }
}
