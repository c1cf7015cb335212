/**
 * The store against convex-test, Convex's own in-memory mock: the same random operations, as the
 * JSON of the syscalls that the `convex` package makes, must give the same documents.
 *
 * Left out, because convex-test differs there from Convex: `<` and `>` between values of different
 * types in `.filter`, the order of ids, search relevance.
 */
import { convexTest } from 'convex-test';
import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  PageRequest,
  PageResult,
  SchemaJson,
  WriteScope,
} from '../../local/convex/store/contract';
import { step, type Change, type Step } from './convex-store-operations';
import { collect, temporaryStore } from '../../local/convex/store/test-store';
import type { Json, JsonObject } from '../../local/convex/values/value';

const schema = defineSchema({
  items: defineTable(v.any())
    .index('byA', ['a'])
    .index('byAB', ['a', 'b'])
    .index('byNested', ['o.x', 'b']),
  others: defineTable(v.any()),
});
// `export()` is what the CLI pushes; the library does not put it into its types.
const schemaJson = JSON.parse((schema as unknown as { export(): string }).export()) as SchemaJson;

/** One way to run steps; `nth` names the documents in the order of their insertion. */
interface Side {
  run(step: Step, firstNumber: number): Promise<Json>;
}

const withoutUndefined = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter(([, json]) => JSON.stringify(json) !== '{"$undefined":null}'),
  );

/** System fields aside: ids and times differ between the sides by nature. */
function comparable(json: Json): Json {
  if (json === null) return null;
  const { _id, _creationTime, ...rest } = json as JsonObject;
  return Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
}

class Undo extends Error {}

/** Pages until done, then each page once more between its own cursors, as a live list does. */
async function paginate(
  { query, pageSize, maximumRowsRead }: Extract<Step, { kind: 'paginate' }>,
  page: (request: PageRequest) => Promise<Omit<PageResult, 'page'> & { page: Json[] }>,
): Promise<Json> {
  const seen: Json[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < 60; pages++) {
    const first = await page({ query, cursor, pageSize, maximumRowsRead });
    const again = await page({ query, cursor, endCursor: first.continueCursor, pageSize });
    seen.push({
      page: first.page.map(comparable),
      isDone: first.isDone,
      pageStatus: first.pageStatus,
      isSplit: first.splitCursor !== null,
      again: again.page.map(comparable),
    });
    if (first.isDone) return seen;
    cursor = first.continueCursor;
  }
  throw new Error('Pagination does not end.');
}

function storeSide(namespace: string, store: ReturnType<typeof temporaryStore>): Side {
  const ids: string[] = [];
  const apply = (scope: WriteScope, each: Change, number: number): void => {
    if (each.kind === 'insert') {
      ids.push(scope.insert(each.table, withoutUndefined({ ...each.fields, n: number })));
      return;
    }
    const id = ids[each.nth];
    if (id === undefined || scope.get(id) === null) return;
    if (each.kind === 'delete') scope.delete(id);
    else if (each.kind === 'patch') scope.patch(id, each.fields);
    else scope.replace(id, withoutUndefined({ ...each.fields, n: number }));
  };
  return {
    run: async (step, firstNumber) => {
      if (step.kind === 'transaction') {
        const known = ids.length;
        await store
          .write((tx) => {
            step.changes.forEach((each, i) =>
              apply(tx.namespace(namespace), each, firstNumber + i),
            );
            if (step.fails) throw new Undo();
          })
          .catch((error: unknown) => {
            if (!(error instanceof Undo)) throw error;
            ids.length = known;
          });
        return null;
      }
      const { value: result } = await store.read(async (tx): Promise<Json> => {
        const scope = tx.namespace(namespace);
        if (step.kind === 'collect') return collect(scope, step.query).map(comparable);
        if (step.kind === 'paginate') {
          return paginate(step, async (request) => {
            const found = scope.queryPage(request);
            return { ...found, page: found.page.map((text) => JSON.parse(text) as Json) };
          });
        }
        const id = ids[step.nth];
        return id === undefined ? null : comparable(JSON.parse(scope.get(id) ?? 'null') as Json);
      });
      return result;
    },
  };
}

/** The global through which the `convex` package reaches its backend; convex-test installs it. */
interface ConvexGlobal {
  syscall(operation: string, json: string): string;
  asyncSyscall(operation: string, json: string): Promise<string>;
}

function oracleSide(): Side {
  const world = convexTest(schema, { './_generated/api.js': () => Promise.resolve({}) });
  const ids: string[] = [];
  const convex = () => (globalThis as unknown as { Convex: ConvexGlobal }).Convex;
  const call = async (operation: string, args: unknown) =>
    JSON.parse(await convex().asyncSyscall(operation, JSON.stringify(args))) as JsonObject;
  const apply = async (each: Change, number: number): Promise<void> => {
    if (each.kind === 'insert') {
      const document = withoutUndefined({ ...each.fields, n: number });
      const made = await call('1.0/insert', { table: each.table, value: document });
      ids.push(made['_id'] as string);
      return;
    }
    const id = ids[each.nth];
    if (id === undefined || (await call('1.0/get', { id, isSystem: false })) === null) return;
    if (each.kind === 'delete') await call('1.0/remove', { id });
    else if (each.kind === 'patch') await call('1.0/shallowMerge', { id, value: each.fields });
    else {
      const document = withoutUndefined({ ...each.fields, n: number });
      await call('1.0/replace', { id, value: document });
    }
  };
  const read = async (step: Extract<Step, { kind: 'collect' | 'get' }>): Promise<Json> => {
    if (step.kind === 'get') {
      const id = ids[step.nth];
      return id === undefined ? null : comparable(await call('1.0/get', { id, isSystem: false }));
    }
    const opened = convex().syscall('1.0/queryStream', JSON.stringify({ query: step.query }));
    const { queryId } = JSON.parse(opened) as { queryId: number };
    const found: Json[] = [];
    for (;;) {
      const next = await call('1.0/queryStreamNext', { queryId });
      if (next['done'] === true) return found;
      found.push(comparable(next['value'] ?? null));
    }
  };
  // Results leave as text: the library would take Convex-JSON in them for values.
  const inFunction = async <T>(body: () => Promise<T>): Promise<T> =>
    JSON.parse(await world.run(async () => JSON.stringify(await body()))) as T;
  return {
    run: async (step, firstNumber) => {
      if (step.kind === 'paginate') {
        return paginate(step, (request) =>
          inFunction(async () => {
            const found = await call('1.0/queryPage', request);
            return found as unknown as Omit<PageResult, 'page'> & { page: Json[] };
          }),
        );
      }
      if (step.kind !== 'transaction') return inFunction(() => read(step));
      const known = ids.length;
      await world
        .run(async () => {
          for (const [i, each] of step.changes.entries()) await apply(each, firstNumber + i);
          if (step.fails) throw new Undo();
        })
        .catch((error: unknown) => {
          if (!(error instanceof Undo)) throw error;
          ids.length = known;
        });
      return null;
    },
  };
}

describe('the store and convex-test', () => {
  it('give the same answers to the same random operations', async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
    console.info(`convex-store conformance: SEED=${seed}`);
    const store = temporaryStore();
    let runs = 0;
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const namespace = `run${runs++}`;
        await store.write((tx) => tx.applySchema(namespace, schemaJson));
        const [ours, theirs] = [storeSide(namespace, store), oracleSide()];
        for (const [i, each] of steps.entries()) {
          const [mine, expected] = [await ours.run(each, i * 10), await theirs.run(each, i * 10)];
          expect(mine, `step ${i}: ${JSON.stringify(each)}`).toEqual(expected);
          if (each.kind !== 'transaction') compared++;
        }
      }),
      { numRuns: 300, seed },
    );
    expect(compared).toBeGreaterThan(1_000);
  }, 120_000);
});
