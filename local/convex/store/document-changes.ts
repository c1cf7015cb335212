import { StoreError } from './contract';
import { fromJson, isValueObject, patchFromJson, ValueError } from '../values/convex-json';
import { checkDocument } from '../values/size';
import type { Json, ValueObject } from '../values/value';

const systemFields = ['_id', '_creationTime'] as const;

/** The fields of a document to insert: an object without system fields. */
export function newFields(tableName: string, json: Json): ValueObject {
  const fields = readObject(json);
  let reserved: string | undefined;
  for (const field in fields) if (field.startsWith('_')) reserved = field;
  if (reserved === undefined) return fields;
  throw invalidValue(
    `The document for table "${tableName}" has the field "${reserved}": names that start with an underscore are set by the system. Remove it.`,
  );
}

export function patched(before: ValueObject, json: Json): ValueObject {
  const patch = orInvalidValue(patchFromJson, json);
  const after: ValueObject = { ...before };
  for (const [field, value] of Object.entries(patch)) {
    if (value === undefined && !isSystemField(field)) delete after[field];
    else if (value !== undefined) after[field] = value;
  }
  return withSameSystemFields(before, after);
}

export function replaced(before: ValueObject, json: Json): ValueObject {
  const after = { ...readObject(json) };
  for (const field of systemFields) after[field] ??= before[field] ?? null;
  return withSameSystemFields(before, after);
}

/** Enforces the limits of a document; returns its size. */
export function sizeOfDocument(document: ValueObject): number {
  return orInvalidValue(checkDocument, document);
}

function isSystemField(field: string): boolean {
  return systemFields.some((system) => system === field);
}

function withSameSystemFields(before: ValueObject, after: ValueObject): ValueObject {
  for (const field of Object.keys(after)) {
    if (!field.startsWith('_') || after[field] === before[field]) continue;
    throw invalidValue(
      isSystemField(field)
        ? `Document ${JSON.stringify(before['_id'])}: ${field} cannot be changed. Leave it out or give it unchanged.`
        : `Document ${JSON.stringify(before['_id'])}: the field "${field}" starts with an underscore, which is reserved.`,
    );
  }
  return after;
}

function readObject(json: Json): ValueObject {
  const value = orInvalidValue(fromJson, json);
  if (!isValueObject(value)) throw invalidValue('A document must be an object.');
  return value;
}

function orInvalidValue<From, To>(make: (from: From) => To, from: From): To {
  try {
    return make(from);
  } catch (error) {
    if (error instanceof ValueError) throw invalidValue(error.message, error);
    throw error;
  }
}

function invalidValue(message: string, cause?: Error): StoreError {
  return new StoreError('InvalidValue', message, { cause });
}
