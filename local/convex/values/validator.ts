import type { Json } from './value';

/** What `validator.json` of `convex/values` gives. */
export type ValidatorJson =
  | { type: 'null' | 'number' | 'bigint' | 'boolean' | 'string' | 'bytes' | 'any' | 'commitTs' }
  | { type: 'literal'; value: Json }
  | { type: 'id'; tableName: string }
  | { type: 'array'; value: ValidatorJson }
  | { type: 'record'; keys: ValidatorJson; values: ValidatorField }
  | { type: 'object'; value: { [field: string]: ValidatorField } }
  | { type: 'union'; value: ValidatorJson[] };

export interface ValidatorField {
  fieldType: ValidatorJson;
  optional: boolean;
}

const plain: { [type: string]: string } = {
  null: 'v.null()',
  number: 'v.float64()',
  bigint: 'v.int64()',
  boolean: 'v.boolean()',
  string: 'v.string()',
  bytes: 'v.bytes()',
  any: 'v.any()',
  commitTs: 'v.commitTs()',
};

/** A validator as its author wrote it, for messages. */
export function printValidator(validator: ValidatorJson): string {
  switch (validator.type) {
    case 'literal':
      return `v.literal(${JSON.stringify(validator.value)})`;
    case 'id':
      return `v.id("${validator.tableName}")`;
    case 'array':
      return `v.array(${printValidator(validator.value)})`;
    case 'record':
      return `v.record(${printValidator(validator.keys)}, ${printField(validator.values)})`;
    case 'union':
      return `v.union(${validator.value.map(printValidator).join(', ')})`;
    case 'object': {
      const fields = Object.entries(validator.value);
      if (fields.length === 0) return 'v.object({})';
      return `v.object({${fields.map(([name, field]) => `${name}: ${printField(field)}`).join(', ')}})`;
    }
    default:
      return plain[validator.type] ?? `v.${validator.type}()`;
  }
}

function printField(field: ValidatorField): string {
  const inner = printValidator(field.fieldType);
  return field.optional ? `v.optional(${inner})` : inner;
}

/** What a validator may name; data may have any field names, in records for example. */
const identifier = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const simpleTypes = new Set(Object.keys(plain));

/**
 * Checks JSON that claims to be a validator, so that everything after may trust its shape.
 * Returns what is wrong, naming the path.
 */
export function validatorProblem(json: Json | undefined, path = ''): string | undefined {
  const where = path || 'the validator';
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return `${where} is not a validator`;
  }
  const type = json['type'];
  if (typeof type !== 'string') return `${where} has no type`;
  if (type === 'commitTs') {
    return `${where} uses v.commitTs(), which the local runtime does not support; use v.number() with Date.now()`;
  }
  if (simpleTypes.has(type)) return undefined;
  switch (type) {
    case 'literal':
      return json['value'] === undefined ? `${where} has no literal value` : undefined;
    case 'id':
      return typeof json['tableName'] === 'string' ? undefined : `${where} names no table`;
    case 'array':
      return validatorProblem(json['value'], `${path}[]`);
    case 'record':
      return (
        validatorProblem(json['keys'], `${path}{key}`) ?? fieldProblem(json['values'], `${path}{}`)
      );
    case 'union': {
      const members = json['value'];
      if (!Array.isArray(members)) return `${where} has no members`;
      return firstProblem(members, (member, i) => validatorProblem(member, `${path}|${i}`));
    }
    case 'object': {
      const fields = json['value'];
      if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
        return `${where} has no fields`;
      }
      return firstProblem(Object.entries(fields), ([name, field]) =>
        identifier.test(name)
          ? fieldProblem(field, `${path}.${name}`)
          : `${where} has a field "${name}"; use letters, digits and underscores, not a digit first`,
      );
    }
    default:
      return `${where} is of an unknown kind "${type}"`;
  }
}

function fieldProblem(json: Json | undefined, path: string): string | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return `${path} is not a field validator`;
  }
  if (typeof json['optional'] !== 'boolean') return `${path} does not say whether it is optional`;
  return validatorProblem(json['fieldType'], path);
}

function firstProblem<T>(
  items: readonly T[],
  problemOf: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [i, item] of items.entries()) {
    const problem = problemOf(item, i);
    if (problem) return problem;
  }
  return undefined;
}
