import type { Value } from 'convex/values';
import {
  current,
  type Bound,
  type CallOp,
  type Condition,
  type Op,
  type Operand,
  type QuerySpec,
} from '../../fixtures/convex-fuzz/convex/program';
import { Random } from './random';
import { pool, schemaPlan, type FieldPlan, type SchemaPlan, type TablePlan } from './schemas';

/** One call from outside. */
export interface Step {
  kind: 'query' | 'mutation' | 'action';
  /** Of an action: calls only. */
  body: Op[];
}

export interface Program {
  seed: number;
  own: Pick<SchemaPlan, 'definition' | 'json'>;
  keep: Pick<SchemaPlan, 'definition' | 'json'>;
  steps: Step[];
}

/** Where a body runs: its tables are its own, and only mutations write. */
interface Place {
  at: 'own' | 'keep';
  kind: 'query' | 'mutation';
  depth: number;
  /** Inside `each`: writes there must not move what is still to come. */
  looping?: TablePlan;
}

const ownTables = ['t0', 't1', 't2'];
// Other names: convex-test would take an id of one namespace for one of the other.
const keepTables = ['k0', 'k1'];
const slots = 2;

const reading: Op['op'][] = ['get', 'read'];
const writing: Op['op'][] = ['insert'];

/** @param ranked also searches, whose order convex-test does not know. */
export function programOf(
  seed: number,
  options: { ranked?: boolean; steps?: number } = {},
): Program {
  const random = new Random(seed);
  const own = schemaPlan(random, ownTables);
  const keep = schemaPlan(random, keepTables);
  const writer = new ProgramWriter(random, { own, keep }, options.ranked ?? false);
  return { seed, own, keep, steps: writer.steps(options.steps ?? random.between(6, 18)) };
}

class ProgramWriter {
  /** Documents by number, and the table each is of. */
  readonly #documents: { at: Place['at']; table: string }[] = [];
  readonly #jobs: Record<Place['at'], number[]> = { own: [], keep: [] };
  readonly #paged: QuerySpec[];

  constructor(
    private readonly random: Random,
    private readonly plans: Record<Place['at'], SchemaPlan>,
    private readonly isRanked: boolean,
  ) {
    this.#paged = random.list(slots, () => this.#query({ at: 'own', kind: 'query', depth: 0 }));
  }

  steps(count: number): Step[] {
    return this.random.list(count, (at) => this.#step(at));
  }

  #step(at: number): Step {
    // The first steps fill the tables.
    const kind = at < 2 ? 'mutation' : this.random.weighted({ mutation: 5, query: 4, action: 1 });
    if (kind === 'action') {
      return {
        kind,
        body: this.random.list(this.random.between(1, 3), () =>
          this.#call({ at: 'own', kind: 'mutation', depth: 1 }),
        ),
      };
    }
    if (at < 2) {
      const body = this.random.list(this.random.between(4, 8), () =>
        this.#insert({ at: 'own', kind, depth: 1 }, true),
      );
      return { kind, body: at === 0 ? body : [this.#filling('keep'), ...body] };
    }
    return { kind, body: this.#body({ at: 'own', kind, depth: 1 }) };
  }

  #filling(to: 'keep'): Op {
    const place: Place = { at: to, kind: 'mutation', depth: 2 };
    return {
      op: 'call',
      kind: 'mutation',
      to,
      body: this.random.list(5, () => this.#insert(place, true)),
      caught: true,
    };
  }

  #body(place: Place): Op[] {
    return this.random.list(this.random.between(1, place.depth > 1 ? 3 : 5), () => this.#op(place));
  }

  #op(place: Place): Op {
    const { random } = this;
    const isWriting = place.kind === 'mutation';
    const nests = place.depth < 3 ? 1 : 0;
    const isApp = place.at === 'own' ? 1 : 0;
    const name = random.weighted({
      insert: isWriting ? 5 : 0.1,
      patch: isWriting ? 3 : 0.1,
      replace: isWriting ? 2 : 0.05,
      delete: isWriting ? 2 : 0.05,
      get: 2,
      normalize: 0.5,
      read: 6,
      search: this.isRanked ? 2 : 0,
      each: 2 * nests,
      page: isApp * (place.looping ? 0 : 1.5),
      call: 2.5 * nests,
      all: 1 * nests,
      together: place.looping ? 0 : 1,
      throw: 0.4,
      schedule: isWriting ? 0.5 : 0.02,
      cancel: isWriting ? 0.3 : 0,
      jobs: 0.4,
    });
    const op = this.#make(name, place);
    return random.chance(0.75) ? { ...op, caught: true } : op;
  }

  #make(name: Op['op'], place: Place): Op {
    const { random } = this;
    switch (name) {
      case 'insert':
        return this.#insert(place, false);
      case 'get':
        return { op: name, doc: this.#doc(place), ...this.#tableOrNot(place) };
      case 'delete':
        return { op: name, doc: this.#doc(place), ...this.#tableOrNot(place) };
      case 'patch':
      case 'replace':
        return this.#change(name, place);
      case 'normalize':
        return { op: name, table: random.pick(this.#tables(place)).name, doc: this.#doc(place) };
      case 'read':
        return {
          op: name,
          query: this.#query(place),
          how: random.pick(['collect', 'collect', 'first', 'unique', 1, 3]),
        };
      case 'search': {
        const n = random.chance(0.4) ? { n: random.below(12) } : {};
        const text = random.pick(['x', 'y', 'x y', 'é', 'nothing']);
        return { op: name, table: random.pick(this.#tables(place)).name, text, ...n };
      }
      case 'each':
        return this.#each(place);
      case 'page': {
        const slot = random.below(slots);
        const rows = random.chance(0.3) ? { rows: random.between(1, 6) } : {};
        // Every page of a slot is of the same query.
        return {
          op: name,
          query: this.#paged[slot] as QuerySpec,
          slot,
          numItems: random.between(1, 4),
          ...rows,
        };
      }
      case 'call':
        return this.#call(place);
      case 'all':
        return {
          op: name,
          settled: random.chance(0.5),
          calls: random.list(random.between(2, 3), () => this.#call(place)),
        };
      case 'together': {
        // Reads or writes: what a read sees of a write under way is nobody's promise.
        const name = random.pick(place.kind === 'mutation' ? reading.concat(writing) : reading);
        const names = name === 'insert' ? writing : reading;
        return {
          op: 'together',
          of: random.list(random.between(2, 3), () => ({
            ...this.#make(random.pick(names), place),
            caught: random.chance(0.8),
          })),
        };
      }
      case 'throw':
        return { op: name, data: random.chance(0.5) };
      case 'schedule': {
        const as = this.#number({ at: place.at, table: 'a job' });
        this.#jobs[place.at].push(as);
        return { op: name, as, note: random.pick(pool) };
      }
      case 'cancel': {
        const jobs = this.#jobs[place.at];
        return { op: name, job: jobs.length > 0 ? random.pick(jobs) : 0 };
      }
      case 'jobs':
        return { op: name };
    }
  }

  #call(place: Place): CallOp {
    const kind = place.kind === 'query' ? 'query' : this.random.weighted({ mutation: 3, query: 1 });
    const to =
      place.at === 'own' && this.random.chance(0.5) ? 'keep' : place.at === 'keep' ? 'own' : 'own';
    const at = place.at === 'keep' ? 'keep' : to;
    const inner: Place = { at, kind, depth: place.depth + 1 };
    return { op: 'call', kind, to, body: this.#body(inner), caught: this.random.chance(0.75) };
  }

  #each(place: Place): Op {
    const query = this.#query(place);
    const table = this.#table(place, query.table);
    const body = this.random.list(this.random.below(3), () =>
      this.#loopOp({ ...place, depth: place.depth + 1, looping: table }),
    );
    return { op: 'each', query, stopAfter: this.random.pick([0, 0, 2, 5]), body };
  }

  /** Inside a loop: the document at hand may go, or change where no index looks. */
  #loopOp(place: Place): Op {
    const { random } = this;
    const table = place.looping;
    const other = this.#tables(place).find(({ name }) => name !== table?.name);
    const caught = { caught: true };
    const name = random.weighted({
      get: 1,
      read: 1,
      delete: place.kind === 'mutation' ? 1 : 0,
      patch: place.kind === 'mutation' ? 2 : 0,
      insert: other && place.kind === 'mutation' ? 1 : 0,
    });
    if (name === 'insert' && other) return { ...this.#insertInto(place, other, false), ...caught };
    if (name === 'delete') return { op: 'delete', doc: current, ...caught };
    if (name === 'patch') {
      // A document that is moved ahead in its index would be met again on Convex.
      return { op: 'patch', doc: current, value: { extra: random.pick(pool) }, ...caught };
    }
    if (name === 'get') return { op: 'get', doc: current, ...caught };
    return { ...this.#make('read', place), ...caught };
  }

  #tables(place: Place): TablePlan[] {
    return this.plans[place.at].tables;
  }

  #table(place: Place, name: string): TablePlan {
    const found = this.#tables(place).find((table) => table.name === name);
    if (!found) throw new Error(`No table ${name}.`);
    return found;
  }

  #tableOrNot(place: Place): { table?: string } {
    return this.random.chance(0.2) ? { table: this.random.pick(this.#tables(place)).name } : {};
  }

  #number(document: { at: Place['at']; table: string }): number {
    return this.#documents.push(document) - 1;
  }

  #insert(place: Place, fits: boolean): Op {
    return this.#insertInto(place, this.random.pick(this.#tables(place)), fits);
  }

  #insertInto(place: Place, table: TablePlan, fits: boolean): Op {
    const value = this.#value(place, table, fits);
    return {
      op: 'insert',
      table: table.name,
      value,
      as: this.#number({ at: place.at, table: table.name }),
    };
  }

  #change(name: 'patch' | 'replace', place: Place): Op {
    const doc = this.#doc(place);
    const known = doc === current ? undefined : this.#documents[doc];
    const table =
      known && known.table !== 'a job'
        ? this.#table(place, known.table)
        : this.random.pick(this.#tables(place));
    const whole = this.#value(place, table, false);
    if (name === 'replace') return { op: name, doc, value: whole, ...this.#tableOrNot(place) };
    const kept = Object.entries(whole).filter(() => this.random.chance(0.5));
    if (this.random.chance(0.2)) kept.push([this.random.pick(['a', 'b', 'o', 'r']), '@-']);
    return { op: name, doc, value: Object.fromEntries(kept), ...this.#tableOrNot(place) };
  }

  #value(place: Place, table: TablePlan, fits: boolean): Record<string, Value> {
    const { random } = this;
    const value: Record<string, Value> = {};
    for (const [name, field] of Object.entries(table.fields)) {
      if (field.isOptional && random.chance(0.4)) continue;
      if (!fits && name !== 'n' && random.chance(0.02)) continue;
      value[name] = this.#fieldValue(place, field, fits || name === 'n');
    }
    if (!fits && random.chance(0.03)) value['extra'] = random.pick(pool);
    return value;
  }

  #fieldValue(place: Place, field: FieldPlan, fits: boolean): Value {
    if (!fits && this.random.chance(0.05)) return this.random.pick(pool);
    return field.value(this.random, (table) => {
      const numbers = this.#numbersOf(place, table);
      return numbers.length > 0 ? `@${this.random.pick(numbers)}` : undefined;
    });
  }

  #numbersOf(place: Place, table?: string): number[] {
    return this.#documents.flatMap((document, number) =>
      document.at === place.at &&
      document.table !== 'a job' &&
      (table === undefined || document.table === table)
        ? [number]
        : [],
    );
  }

  #doc(place: Place): number {
    const numbers = this.#numbersOf(place);
    return numbers.length > 0 ? this.random.pick(numbers) : 0;
  }

  #query(place: Place): QuerySpec {
    const { random } = this;
    const table = random.pick(this.#tables(place));
    const index =
      random.chance(0.7) && table.indexes.length > 0 ? random.pick(table.indexes) : undefined;
    return {
      table: table.name,
      ...(index ? { index: { name: index.name, bounds: this.#bounds(place, index.fields) } } : {}),
      ...(random.chance(0.7) ? { order: random.pick(['asc', 'desc'] as const) } : {}),
      filters: random.list(random.pick([0, 0, 0, 1, 1, 2]), () => this.#condition(place, 0)),
    };
  }

  #bounds(place: Place, fields: readonly string[]): Bound[] {
    const { random } = this;
    const isReference = fields[0] === 'r';
    const equal = isReference ? 1 : random.below(fields.length + 1);
    const bounds = fields.slice(0, equal).map((field): Bound => ({
      type: 'eq',
      field,
      value: isReference ? this.#reference(place) : this.#literal(),
    }));
    const next = fields[equal];
    if (next === undefined) return bounds;
    if (random.chance(0.4))
      bounds.push({
        type: random.pick(['gt', 'gte'] as const),
        field: next,
        value: this.#literal(),
      });
    if (random.chance(0.4))
      bounds.push({
        type: random.pick(['lt', 'lte'] as const),
        field: next,
        value: this.#literal(),
      });
    return bounds;
  }

  /** For a field of any other kind than ids. */
  #literal(): Value {
    return this.random.chance(0.1) ? '@-' : this.random.pick(pool);
  }

  /** For a field that may hold an id: an id, or a list of one, or nothing. */
  #reference(place: Place): Value {
    const numbers = this.#numbersOf(place);
    const id = numbers.length > 0 ? `@${this.random.pick(numbers)}` : 'no id';
    return this.random.pick<Value>([id, id, id, [id], null, '@-']);
  }

  #condition(place: Place, depth: number): Condition {
    const { random } = this;
    const name = random.weighted({
      equal: 4,
      order: 3,
      and: depth < 2 ? 1 : 0,
      or: depth < 2 ? 1 : 0,
      not: depth < 2 ? 1 : 0,
    });
    switch (name) {
      case 'and':
      case 'or':
        return {
          is: name,
          of: random.list(random.below(4), () => this.#condition(place, depth + 1)),
        };
      case 'not':
        return { is: 'not', of: this.#condition(place, depth + 1) };
      case 'equal': {
        if (random.chance(0.25)) {
          const field = random.pick(['r', '_id']);
          return {
            is: random.pick(['eq', 'neq'] as const),
            left: { field },
            right: { value: this.#reference(place) },
          };
        }
        const left = { field: random.pick(['a', 'b', 'o', 'o.x', 'o.y', 'missing']) };
        const right: Operand = random.chance(0.3)
          ? { field: random.pick(['a', 'b', 'o.x']) }
          : { value: this.#literal() };
        return { is: random.pick(['eq', 'neq'] as const), left, right };
      }
      case 'order':
        // `n` is a number in every document, so that order and arithmetic have one meaning.
        return {
          is: random.pick(['lt', 'lte', 'gt', 'gte'] as const),
          left: this.#numeric(),
          right: this.#numeric(),
        };
    }
  }

  #numeric(): Operand {
    const { random } = this;
    const kind = random.weighted({ field: 2, value: 3, sum: 2 });
    if (kind === 'field') return { field: 'n' };
    if (kind === 'value') return { value: random.between(-3, 12) };
    return {
      sum: random.pick(['add', 'sub', 'mul', 'div', 'mod'] as const),
      field: 'n',
      by: random.between(1, 4),
    };
  }
}
