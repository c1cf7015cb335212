import { describe, expect, it } from 'vitest';
import { random as seededRandom } from '../../../tests/support/random';
import type { ReadScope, ReadTransaction, Store, WriteTransaction } from './contract';
import { findIndexFaults } from './index-check';
import { LateWriter } from './late-writer';
import { schemaOf } from './test-schema';
import { collect, fullScan, indexRange, temporaryFolder, temporaryStore } from './test-store';
import type { JsonObject } from '../values/value';

/**
 * Transactions run on what others wrote that is not on disk yet. Whatever a store answers then,
 * another one that saves at once must answer to the same transactions in the same order; and those
 * that were refused, because something they had seen could not be saved, must have left nothing.
 */

const schema = schemaOf({
  notes: {
    indexes: { byN: ['n'], byGroup: ['group', 'n'] },
    searchIndexes: { search: { searchField: 'text', filterFields: ['group'] } },
  },
  others: { indexes: { byN: ['n'] } },
});

const words = ['alpha', 'beta', 'betamax', 'gamma', 'al', 'delta'];
const tables = ['notes', 'others', 'unplanned'] as const;

type Random = () => number;
/** What one transaction does; the same in each store, for it draws from a seed of its own. */
type Body = (tx: WriteTransaction) => unknown;

const below = (random: Random, n: number) => Math.floor(random() * n);
const oneOf = <T>(random: Random, items: readonly T[]): T =>
  items[below(random, items.length)] as T;

function fieldsOf(random: Random): JsonObject {
  const text = Array.from({ length: 1 + below(random, 4) }, () => oneOf(random, words)).join(' ');
  return { n: below(random, 40), group: below(random, 3), text };
}

const withoutSystemFields = ({ _id, _creationTime, ...fields }: JsonObject) => fields;

const found = (scope: ReadScope, query: Parameters<ReadScope['queryStream']>[0]) =>
  collect(scope, query).map(withoutSystemFields);

function readSomething(random: Random, tx: ReadTransaction): unknown {
  const scope = tx.namespace('');
  const order = oneOf(random, ['asc', 'desc'] as const);
  const limit = { limit: 1 + below(random, 30) };
  switch (below(random, 8)) {
    case 0:
      return tables.map((table) => scope.count(table));
    case 1:
      return found(scope, { ...fullScan(oneOf(random, tables), order), operators: [limit] });
    case 2: {
      const range = [
        { type: 'Gte', fieldPath: 'n', value: below(random, 40) } as const,
        { type: 'Lt', fieldPath: 'n', value: below(random, 60) } as const,
      ];
      return found(scope, { ...indexRange('notes.byN', range, order), operators: [limit] });
    }
    case 3: {
      const range = [{ type: 'Eq', fieldPath: 'group', value: below(random, 3) } as const];
      const query = indexRange('notes.byGroup', range, order);
      const page = { query, cursor: null, pageSize: 1 + below(random, 10) };
      const first = scope.queryPage(page);
      const second = scope.queryPage({ ...page, cursor: first.continueCursor });
      return [first, second].map(({ page: texts, isDone }) => [
        texts.map((text) => withoutSystemFields(JSON.parse(text) as JsonObject)),
        isDone,
      ]);
    }
    case 4: {
      const typed = [oneOf(random, words), oneOf(random, words).slice(0, 2)].join(' ');
      const search = { type: 'Search', fieldPath: 'text', value: typed } as const;
      const group = { type: 'Eq', fieldPath: 'group', value: below(random, 3) } as const;
      const filters = random() < 0.5 ? [search] : [search, group];
      const source = { type: 'Search', indexName: 'notes.search', filters } as const;
      return found(scope, { source, operators: [] });
    }
    case 5: {
      const query = fullScan('notes', order);
      return collect(scope, query).map(({ _id }) => {
        const text = scope.get(_id as string);
        return text && withoutSystemFields(JSON.parse(text) as JsonObject);
      });
    }
    case 6:
      return [
        tx.system.scan('bucket', { reverse: order === 'desc', limit: 1 + below(random, 10) }),
        tx.system.scan('bucket', { prefix: 'k1', from: 'k10' }),
        tx.system.get('bucket', `k${below(random, 30)}`),
      ];
    default:
      return found(scope, indexRange(`${oneOf(random, tables)}.by_id`)).length;
  }
}

/** The document that is `nth` in the order of creation, if there are so many. */
function pick(tx: ReadTransaction, table: string, random: Random): string | undefined {
  const all = collect(tx.namespace(''), fullScan(table));
  const chosen = all[below(random, Math.max(1, all.length))];
  return chosen?.['_id'] as string | undefined;
}

function changeSomething(random: Random, tx: WriteTransaction): unknown {
  const scope = tx.namespace('');
  const table = oneOf(random, tables);
  switch (below(random, 8)) {
    case 0:
    case 1:
    case 2:
      scope.insert(table, fieldsOf(random));
      return 'inserted';
    case 3: {
      const id = pick(tx, table, random);
      const { n, text } = fieldsOf(random);
      return (
        id &&
        withoutSystemFields(
          JSON.parse(scope.patch(id, { n: n ?? 0, text: text ?? '' })) as JsonObject,
        )
      );
    }
    case 4: {
      const id = pick(tx, table, random);
      return id && withoutSystemFields(JSON.parse(scope.delete(id)) as JsonObject);
    }
    case 5: {
      const nested = tx.savepoint();
      changeSomething(random, tx);
      readSomething(random, tx);
      const isKept = random() < 0.5;
      if (isKept) nested.release();
      else nested.rollback();
      return isKept;
    }
    case 6:
      tx.system.set('bucket', `k${below(random, 30)}`, below(random, 100));
      return 'set';
    default:
      return random() < 0.7
        ? tx.system.delete('bucket', `k${below(random, 30)}`)
        : tx.system.clear('bucket', { prefix: `k${below(random, 3)}` });
  }
}

function bodyOf(seed: number): Body {
  return (tx) => {
    const random = seededRandom(seed);
    const answers = Array.from({ length: 1 + below(random, 5) }, () =>
      random() < 0.6 ? changeSomething(random, tx) : readSomething(random, tx),
    );
    if (random() < 0.1) throw new Error(`refused: ${JSON.stringify(answers)}`);
    return answers;
  };
}

type Outcome = { kind: 'answered' | 'threw'; what: string } | { kind: 'unsaved' };

async function outcomeOf(running: Promise<{ value: unknown }>): Promise<Outcome> {
  try {
    const { value } = await running;
    return { kind: 'answered', what: JSON.stringify(value) ?? 'nothing' };
  } catch (error) {
    if ((error as { code?: unknown }).code === 'DiskFull') return { kind: 'unsaved' };
    return { kind: 'threw', what: String(error) };
  }
}

/** Starts all bodies in bursts, so that they wait for each other's disk. */
async function runAll(store: Store, seeds: readonly number[], random: Random): Promise<Outcome[]> {
  const running: Promise<Outcome>[] = [];
  for (const seed of seeds) {
    running.push(outcomeOf(store.write(bodyOf(seed), { isRepeatable: seed % 3 === 0 })));
    while (random() < 0.4) await new Promise((resolve) => setImmediate(resolve));
    if (random() < 0.05) await Promise.all(running);
  }
  return await Promise.all(running);
}

const everything = (store: Store) =>
  store.read((tx) => [
    ...tables.map((table) => found(tx.namespace(''), fullScan(table))),
    found(tx.namespace(''), indexRange('notes.byGroup')),
    tx.system.scan('bucket'),
  ]);

/** The schema cannot be saved either, now and then. */
async function applySchema(store: Store): Promise<void> {
  for (;;) {
    const { kind } = await outcomeOf(store.write((tx) => tx.applySchema('', schema)));
    if (kind === 'answered') return;
  }
}

/** How many transactions were refused; what the others answered is as it should be. */
async function playRound(round: string, random: Random, failureRate: number): Promise<number> {
  const folder = temporaryFolder();
  const late = temporaryStore({
    folder,
    openWriter: (file) => new LateWriter(file, random, failureRate),
    isQuiet: () => random() < 0.5,
  });
  const prompt = temporaryStore();
  await applySchema(late);
  await applySchema(prompt);
  const seeds = Array.from({ length: 60 }, () => below(random, 2 ** 31));
  const outcomes = await runAll(late, seeds, random);
  const wanted: Outcome[] = [];
  for (const [i, outcome] of outcomes.entries()) {
    const isSaved = outcome.kind !== 'unsaved';
    wanted.push(isSaved ? await outcomeOf(prompt.write(bodyOf(seeds[i] ?? 0))) : outcome);
  }
  const [ours, theirs] = [await everything(late), await everything(prompt)];
  await late.close();
  const faults = findIndexFaults(folder);
  expect({ round, outcomes, all: ours.value, faults }).toEqual({
    round,
    outcomes: wanted,
    all: theirs.value,
    faults: [],
  });
  return outcomes.filter(({ kind }) => kind === 'unsaved').length;
}

describe('transactions on what is not on disk yet', () => {
  it.each([
    ['', 0],
    [', where some of it cannot be saved', 0.15],
  ])(
    'answer as if it were%s',
    async (_, failureRate) => {
      const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
      const rounds = Number(process.env['LAYER_ROUNDS'] ?? 8);
      let unsaved = 0;
      for (let round = 0; round < rounds; round++) {
        const random = seededRandom(seed * 1_000 + round);
        unsaved += await playRound(`seed ${seed}, round ${round}`, random, failureRate);
      }
      expect(unsaved > rounds).toBe(failureRate > 0);
    },
    900_000,
  );
});
