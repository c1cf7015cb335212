import { fromJson, isValueObject, preview, toJson } from './convex-json';
import type { Value, ValueObject } from './value';
import { printValidator, type ValidatorField, type ValidatorJson } from './validator';

export interface ValidationContext {
  /** The table an id belongs to, in the namespace of the validator; null when none. */
  tableOfId(id: string): string | null;
}

/** Why a value does not match, and where: `path` is `''` or like `.address.lines[2]`. */
export interface ValidationProblem {
  path: string;
  /** One sentence, without the path. */
  reason: string;
  value: Value | undefined;
  validator: ValidatorJson;
}

/**
 * Checks a value against a validator of `convex/values` (its `.json`), as strictly as Convex:
 * objects take no extra fields, ids must belong to the table. Returns the first problem, or
 * nothing. Used for documents, arguments and return values alike.
 */
export function checkValue(
  validator: ValidatorJson,
  value: Value,
  context: ValidationContext,
): ValidationProblem | undefined {
  return check(validator, value, '', context);
}

/** The problem in the words Convex developers know: reason, path, value, validator. */
export function describeProblem(problem: ValidationProblem): string {
  const value = problem.value === undefined ? 'undefined' : preview(toJson(problem.value));
  return [
    problem.reason,
    ...(problem.path ? [`Path: ${problem.path}`] : []),
    `Value: ${value}`,
    `Validator: ${printValidator(problem.validator)}`,
  ].join('\n');
}

function check(
  validator: ValidatorJson,
  value: Value,
  path: string,
  context: ValidationContext,
): ValidationProblem | undefined {
  const problem = (reason: string): ValidationProblem => ({ path, reason, value, validator });
  switch (validator.type) {
    case 'any':
      return undefined;
    case 'array': {
      if (!Array.isArray(value)) return problem(mismatch);
      for (const [i, item] of value.entries()) {
        const found = check(validator.value, item, `${path}[${i}]`, context);
        if (found) return found;
      }
      return undefined;
    }
    case 'object':
      return isValueObject(value)
        ? checkFields(validator.value, value, { validator, path, context })
        : problem(mismatch);
    case 'record':
      return isValueObject(value)
        ? checkRecord(validator, value, path, context)
        : problem(mismatch);
    case 'union':
      return checkUnion(validator, value, path, context);
    case 'id': {
      if (typeof value !== 'string') return problem(mismatch);
      const table = context.tableOfId(value);
      if (table === validator.tableName) return undefined;
      return problem(
        table === null
          ? `Expected an id of table "${validator.tableName}", got a string that is no id of a table here.`
          : `Expected an id of table "${validator.tableName}", got an id of table "${table}".`,
      );
    }
    default:
      return matchesPlain(validator, value) ? undefined : problem(mismatch);
  }
}

const mismatch = 'Value does not match validator.';

interface Place {
  validator: ValidatorJson;
  path: string;
  context: ValidationContext;
}

function checkFields(
  fields: { [field: string]: ValidatorField },
  value: ValueObject,
  { validator, path, context }: Place,
): ValidationProblem | undefined {
  for (const [name, field] of Object.entries(fields)) {
    if (Object.hasOwn(value, name)) {
      const found = check(field.fieldType, value[name] as Value, `${path}.${name}`, context);
      if (found) return found;
    } else if (!field.optional) {
      const reason =
        `Object is missing the required field \`${name}\`. ` +
        'Consider wrapping the field validator in `v.optional(...)` if this is expected.';
      return { path, reason, value, validator };
    }
  }
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name)) {
      const reason = `Object contains extra field \`${name}\` that is not in the validator.`;
      return { path, reason, value, validator };
    }
  }
  return undefined;
}

function checkRecord(
  validator: Extract<ValidatorJson, { type: 'record' }>,
  value: ValueObject,
  path: string,
  context: ValidationContext,
): ValidationProblem | undefined {
  for (const [name, item] of Object.entries(value)) {
    const found =
      check(validator.keys, name, `${path}{key ${JSON.stringify(name)}}`, context) ??
      check(validator.values.fieldType, item, `${path}.${name}`, context);
    if (found) return found;
  }
  return undefined;
}

/** Tells of the member that got furthest when exactly one accepts the discriminating literal. */
function checkUnion(
  validator: Extract<ValidatorJson, { type: 'union' }>,
  value: Value,
  path: string,
  context: ValidationContext,
): ValidationProblem | undefined {
  const inner: ValidationProblem[] = [];
  for (const member of validator.value) {
    const found = check(member, value, path, context);
    if (!found) return undefined;
    if (member.type === 'object' && isValueObject(value) && literalsMatch(member.value, value)) {
      inner.push(found);
    }
  }
  const [only, ...others] = inner;
  if (only && others.length === 0) return only;
  return { path, reason: mismatch, value, validator };
}

function literalsMatch(fields: { [field: string]: ValidatorField }, value: ValueObject): boolean {
  const literals = Object.entries(fields).filter(([, field]) => field.fieldType.type === 'literal');
  return (
    literals.length > 0 &&
    literals.every(
      ([name, field]) =>
        Object.hasOwn(value, name) && matchesPlain(field.fieldType, value[name] as Value),
    )
  );
}

function matchesPlain(validator: ValidatorJson, value: Value): boolean {
  switch (validator.type) {
    case 'null':
      return value === null;
    case 'number':
    case 'boolean':
    case 'string':
    case 'bigint':
      return typeof value === validator.type;
    case 'bytes':
      return value instanceof ArrayBuffer;
    case 'literal':
      return Object.is(fromJson(validator.value), value);
    default:
      return false;
  }
}
