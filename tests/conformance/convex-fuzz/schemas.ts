import {
  defineSchema,
  defineTable,
  type GenericSchema,
  type SchemaDefinition,
  type TableDefinition,
} from 'convex/server';
import { v, type Validator, type Value } from 'convex/values';
import type { SchemaJson } from '../../../local/convex/store/contract';
import type { Random } from './random';

/** Random schemas, and values that mostly fit them. */

export interface FieldPlan {
  validator: Validator<unknown, 'required' | 'optional', string>;
  /** A value that fits; `refs` are marks of documents by table. */
  value(random: Random, refs: Refs): Value;
  isOptional: boolean;
}

/** Marks (`@3`) of the documents that a program may have made, by table. */
export type Refs = (table: string) => string | undefined;

export interface TablePlan {
  name: string;
  fields: Record<string, FieldPlan>;
  /** Undefined: anything goes. */
  isTyped: boolean;
  indexes: { name: string; fields: string[] }[];
}

export interface SchemaPlan {
  tables: TablePlan[];
  definition: SchemaDefinition<GenericSchema, boolean>;
  json: SchemaJson;
}

const someBytes = new Uint8Array([0, 1]).buffer;

/** Few values, many of them equal or of different types: bounds, filters and documents meet. */
export const pool: readonly Value[] = [
  0,
  1,
  2,
  3,
  -1.5,
  -0,
  NaN,
  Infinity,
  'x',
  'y',
  '',
  'é',
  'x y',
  '𝒳',
  '￿',
  null,
  true,
  false,
  1n,
  -1n,
  2n,
  someBytes,
  [],
  [1, 'x'],
  ['x'],
  {},
  { x: 1 },
  { x: 'y', y: null },
];

type Kind =
  | 'any'
  | 'number'
  | 'string'
  | 'bigint'
  | 'boolean'
  | 'bytes'
  | 'literal'
  | 'union'
  | 'array'
  | 'object'
  | 'null';

const kinds: Record<Kind, number> = {
  any: 3,
  number: 3,
  string: 3,
  bigint: 1,
  boolean: 2,
  bytes: 1,
  literal: 1,
  union: 2,
  array: 1,
  object: 3,
  null: 1,
};

const of = (type: string) => pool.filter((value) => typeof value === type);

function fieldOf(random: Random, kind: Kind): Omit<FieldPlan, 'isOptional'> {
  switch (kind) {
    case 'any':
      return { validator: v.any(), value: (r) => r.pick(pool) };
    case 'number':
      return { validator: v.number(), value: (r) => r.pick(of('number')) };
    case 'string':
      return { validator: v.string(), value: (r) => r.pick(of('string')) };
    case 'bigint':
      return { validator: v.int64(), value: (r) => r.pick(of('bigint')) };
    case 'boolean':
      return { validator: v.boolean(), value: (r) => r.chance(0.5) };
    case 'bytes':
      return { validator: v.bytes(), value: () => someBytes };
    case 'null':
      return { validator: v.null(), value: () => null };
    case 'literal':
      return { validator: v.literal('x'), value: () => 'x' };
    case 'union': {
      const members = random.list(2, () =>
        fieldOf(random, random.pick(['number', 'string', 'null', 'literal', 'object'])),
      );
      return {
        validator: v.union(
          ...members.map(({ validator }) => validator as Validator<unknown, 'required', string>),
        ),
        value: (r, refs) => r.pick(members).value(r, refs),
      };
    }
    case 'array': {
      const inner = fieldOf(random, random.pick(['number', 'string', 'any']));
      return {
        validator: v.array(inner.validator as Validator<unknown, 'required', string>),
        value: (r, refs) => r.list(r.below(3), () => inner.value(r, refs)),
      };
    }
    case 'object':
      return {
        validator: v.object({ x: v.any(), y: v.optional(v.number()) }),
        value: (r) => ({ x: r.pick(pool), ...(r.chance(0.5) ? { y: r.below(3) } : {}) }),
      };
  }
}

/** Fields that hold ids: only compared for being equal, for ids sort differently on each side. */
function reference(random: Random, tables: readonly string[]): Omit<FieldPlan, 'isOptional'> {
  const table = random.pick(tables);
  const other = random.pick(tables);
  const one = (r: Random, refs: Refs): Value => refs(r.chance(0.9) ? table : other) ?? 'no id';
  switch (random.pick(['id', 'id', 'either', 'list', 'any'] as const)) {
    case 'id':
      return { validator: v.id(table), value: one };
    case 'either':
      return {
        validator: v.union(v.id(table), v.null(), v.id(other)),
        value: (r, refs) => (r.chance(0.3) ? null : one(r, refs)),
      };
    case 'list':
      return {
        validator: v.array(v.id(table)),
        value: (r, refs) => r.list(r.below(3), () => one(r, refs)),
      };
    case 'any':
      return { validator: v.any(), value: one };
  }
}

function tablePlan(random: Random, name: string, tables: readonly string[]): TablePlan {
  const fields: TablePlan['fields'] = {};
  for (const field of ['a', 'b', 'o', 'r']) {
    const kind = field === 'o' && random.chance(0.6) ? 'object' : random.weighted(kinds);
    const { validator, value } = field === 'r' ? reference(random, tables) : fieldOf(random, kind);
    const isOptional = random.chance(0.4);
    fields[field] = {
      validator: isOptional
        ? v.optional(validator as Validator<unknown, 'required', string>)
        : validator,
      value,
      isOptional,
    };
  }
  fields['n'] = { validator: v.number(), value: (r) => r.below(12), isOptional: false };
  const paths = ['a', 'b', 'o', 'o.x', 'n', 'missing'];
  const indexes = random.list(random.below(4), (at) => {
    const count = random.between(1, 3);
    const chosen = [...new Set(random.list(count, () => random.pick(paths)))];
    return { name: `by${at}`, fields: chosen };
  });
  if (random.chance(0.4)) indexes.push({ name: 'byRef', fields: ['r', 'n'] });
  return { name, fields, isTyped: random.chance(0.7), indexes };
}

/** @param schemaValidation as `defineSchema` takes it. */
export function schemaOf(
  tables: [name: string, table: TableDefinition][],
  schemaValidation = true,
): Pick<SchemaPlan, 'definition' | 'json'> {
  const definition: SchemaPlan['definition'] = defineSchema(Object.fromEntries(tables), {
    schemaValidation,
  });
  // `export()` is what the CLI pushes; the library does not put it into its types.
  const json = JSON.parse((definition as unknown as { export(): string }).export()) as SchemaJson;
  return { definition, json };
}

export function schemaPlan(random: Random, names: readonly string[]): SchemaPlan {
  const tables = names.map((name) => tablePlan(random, name, names));
  const definitions = tables.map(
    ({ name, fields, isTyped, indexes }): [string, TableDefinition] => {
      const validators = Object.entries(fields).map(([field, { validator }]) => [field, validator]);
      let made: TableDefinition = isTyped
        ? defineTable(Object.fromEntries(validators))
        : defineTable(v.any());
      // The names are data here; the library's types want them known.
      for (const index of indexes) made = made.index(index.name, index.fields as never);
      made = made.searchIndex('search', {
        searchField: 'a' as never,
        filterFields: ['n' as never],
      });
      return [name, made];
    },
  );
  return { tables, ...schemaOf(definitions, random.chance(0.9)) };
}
