import { checkTableName } from './catalog';
import { StoreError, type IndexJson, type SchemaJson, type TableSchemaJson } from './contract';
import { validatorProblem, type ValidatorJson } from '../values/validator';

const maxIndexesPerTable = 64;
const maxSearchIndexesPerTable = 4;
const maxIndexFields = 16;
const maxFilterFields = 16;
const maxIndexNameLength = 64;
const builtInIndexes = ['by_id', 'by_creation_time'];

/** Refuses a schema that Convex Cloud, or this runtime, would not take; names table and index. */
export function checkSchema(schema: SchemaJson): void {
  const seen = new Set<string>();
  for (const table of schema.tables) {
    if (table.tableName.startsWith('_')) {
      throw invalid(
        `Table "${table.tableName}": names that start with an underscore are reserved.`,
      );
    }
    checkTableName(table.tableName);
    if (seen.has(table.tableName)) throw invalid(`Table "${table.tableName}" is defined twice.`);
    seen.add(table.tableName);
    checkTable(table);
  }
}

function checkTable(table: TableSchemaJson): void {
  const named = `Table "${table.tableName}"`;
  const [vector] = [...(table.vectorIndexes ?? []), ...(table.stagedVectorIndexes ?? [])];
  if (vector) {
    throw invalid(
      `${named}: the vector index ${JSON.stringify(vector['indexDescriptor'])} is not supported by the local runtime. ` +
        'Remove it, or use a Convex Cloud or self-hosted deployment.',
    );
  }
  if (table.stagedDocumentType) {
    throw invalid(
      `${named}: staged validators are not supported by the local runtime. Remove .staged().`,
    );
  }
  if (table.documentType) {
    const problem = validatorProblem(table.documentType);
    if (problem) throw invalid(`${named}: ${problem}.`);
    checkDocumentType(named, table.documentType as ValidatorJson);
  }
  const database = [...table.indexes, ...(table.stagedDbIndexes ?? [])];
  const search = [...(table.searchIndexes ?? []), ...(table.stagedSearchIndexes ?? [])];
  if (database.length > maxIndexesPerTable) {
    throw invalid(`${named} has ${database.length} indexes; the maximum is ${maxIndexesPerTable}.`);
  }
  if (search.length > maxSearchIndexesPerTable) {
    throw invalid(
      `${named} has ${search.length} search indexes; the maximum is ${maxSearchIndexesPerTable}.`,
    );
  }
  checkIndexNames(
    named,
    [...database, ...search].map((index) => index.indexDescriptor),
  );
  for (const index of database) checkIndex(named, index);
  for (const { indexDescriptor, searchField, filterFields } of search) {
    const where = `${named}, search index "${indexDescriptor}"`;
    if (filterFields.length > maxFilterFields) {
      throw invalid(
        `${where} has ${filterFields.length} filter fields; the maximum is ${maxFilterFields}.`,
      );
    }
    for (const field of [searchField, ...filterFields]) checkFieldPath(where, field);
    checkUnique(where, filterFields);
  }
}

function checkDocumentType(named: string, validator: ValidatorJson): void {
  const members = validator.type === 'union' ? validator.value : [validator];
  for (const member of members) {
    if (member.type !== 'object' && member.type !== 'any' && member.type !== 'union') {
      throw invalid(`${named}: documents must be objects, not ${member.type}.`);
    }
    if (member.type === 'union') checkDocumentType(named, member);
    if (member.type !== 'object') continue;
    const reserved = Object.keys(member.value).find((field) => field.startsWith('_'));
    if (reserved) {
      throw invalid(
        `${named}: the field "${reserved}" starts with an underscore, which is reserved.`,
      );
    }
  }
}

function checkIndexNames(named: string, names: string[]): void {
  for (const name of names) {
    if (builtInIndexes.includes(name))
      throw invalid(`${named}: the index name "${name}" is reserved.`);
    if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(name) || name.length > maxIndexNameLength) {
      throw invalid(
        `${named}: "${name}" is not an index name: letters, digits and underscores, a letter first, at most ${maxIndexNameLength}.`,
      );
    }
  }
  checkUnique(named, names, 'index');
}

function checkIndex(named: string, { indexDescriptor, fields }: IndexJson): void {
  const where = `${named}, index "${indexDescriptor}"`;
  if (fields.length === 0) throw invalid(`${where} has no fields.`);
  if (fields.length > maxIndexFields) {
    throw invalid(`${where} has ${fields.length} fields; the maximum is ${maxIndexFields}.`);
  }
  for (const field of fields) {
    if (field === '_creationTime' || field === '_id') {
      throw invalid(`${where}: ${field} is added to every index by itself; remove it.`);
    }
    checkFieldPath(where, field);
  }
  checkUnique(where, fields);
}

function checkFieldPath(where: string, path: string): void {
  const steps = path.split('.');
  if (steps.every((step) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(step))) return;
  throw invalid(`${where}: "${path}" is not a field path.`);
}

function checkUnique(where: string, names: readonly string[], what = 'field'): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw invalid(`${where}: the ${what} "${twice}" is there twice.`);
}

function invalid(message: string): StoreError {
  return new StoreError('InvalidSchema', `Invalid schema. ${message}`);
}
