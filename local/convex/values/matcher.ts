import { fromJson, isValueObject } from './convex-json';
import type { ValidationContext } from './validate';
import type { ValidatorField, ValidatorJson } from './validator';
import type { Value, ValueObject } from './value';

/**
 * Validators compiled into functions that say yes, for the many values that match. A no may be
 * wrong: then `checkValue` decides, which also finds the words.
 */
type Matcher = (value: Value, context: ValidationContext) => boolean;

const compiled = new WeakMap<ValidatorJson, Matcher>();
const compiledForDocuments = new WeakMap<ValidatorJson, Matcher>();

export function matchesValue(
  validator: ValidatorJson,
  value: Value,
  context: ValidationContext,
): boolean {
  return matcherOf(validator)(value, context);
}

/** As `matchesValue`, for a document with its two system fields, which validators do not name. */
export function matchesDocument(
  validator: ValidatorJson,
  document: ValueObject,
  context: ValidationContext,
): boolean {
  let matcher = compiledForDocuments.get(validator);
  if (!matcher) {
    matcher = compile(validator, 2);
    compiledForDocuments.set(validator, matcher);
  }
  return matcher(document, context);
}

function matcherOf(validator: ValidatorJson): Matcher {
  let matcher = compiled.get(validator);
  if (!matcher) {
    matcher = compile(validator, 0);
    compiled.set(validator, matcher);
  }
  return matcher;
}

/** `systemFields`: how many fields of the object itself the validator does not know of. */
function compile(validator: ValidatorJson, systemFields: number): Matcher {
  switch (validator.type) {
    case 'any':
      return () => true;
    case 'null':
      return (value) => value === null;
    case 'number':
    case 'boolean':
    case 'string':
    case 'bigint': {
      const { type } = validator;
      return (value) => typeof value === type;
    }
    case 'bytes':
      return (value) => value instanceof ArrayBuffer;
    case 'literal': {
      const literal = fromJson(validator.value);
      return (value) => Object.is(value, literal);
    }
    case 'id': {
      const { tableName } = validator;
      return (value, context) =>
        typeof value === 'string' && context.tableOfId(value) === tableName;
    }
    case 'array':
      return compileArray(matcherOf(validator.value));
    case 'object':
      return compileObject(validator.value, systemFields);
    case 'union':
      return compileUnion(validator.value, systemFields);
    case 'record':
    case 'commitTs':
      return () => false;
  }
}

function compileArray(item: Matcher): Matcher {
  return (value, context) => {
    if (!Array.isArray(value)) return false;
    for (const element of value) if (!item(element, context)) return false;
    return true;
  };
}

/** Literals, the usual members, are looked up. */
function compileUnion(members: readonly ValidatorJson[], systemFields: number): Matcher {
  const literals = new Set<Value>();
  const others: Matcher[] = [];
  for (const member of members) {
    if (member.type === 'literal' && typeof member.value === 'string') literals.add(member.value);
    else others.push(compile(member, systemFields));
  }
  return (value, context) => {
    if (literals.has(value)) return true;
    for (const matches of others) if (matches(value, context)) return true;
    return false;
  };
}

function compileObject(
  fields: { readonly [field: string]: ValidatorField },
  systemFields: number,
): Matcher {
  const names = Object.keys(fields);
  const matchers = Object.values(fields).map((field) => compile(field.fieldType, 0));
  const optional = Object.values(fields).map((field) => field.optional);
  // Every object inherits something under these names.
  if (names.some((name) => name in Object.prototype)) return () => false;
  return (value, context) => {
    if (!isValueObject(value)) return false;
    let known = systemFields;
    for (let i = 0; i < names.length; i++) {
      // Names, matchers and flags are of one length.
      const field = value[names[i] as string];
      if (field === undefined) {
        if (!optional[i]) return false;
      } else if ((matchers[i] as Matcher)(field, context)) known++;
      else return false;
    }
    return Object.keys(value).length === known;
  };
}
