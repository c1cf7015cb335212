import type { AuthProvider, Json, JsonObject } from '../engine/contract';
import type { SchemaJson, TableSchemaJson } from '../store/contract';
import type { LiveCode, LiveComponent } from '../engine/live-code';
import { authInfo } from './push-answer';

/** What a push changes, as the command line prints it. */

export function indexDiff(before: SchemaJson | null, after: SchemaJson | null): JsonObject {
  const [old, next] = [indexes(before), indexes(after)];
  const missingIn = (other: Map<string, JsonObject>) => (key: string) => !other.has(key);
  return {
    added_indexes: [...next.keys()].filter(missingIn(old)).map((key) => next.get(key) ?? null),
    removed_indexes: [...old.keys()].filter(missingIn(next)).map((key) => old.get(key) ?? null),
  };
}

/** Every index of a schema by all that makes it what it is. */
function indexes(schema: SchemaJson | null): Map<string, JsonObject> {
  const found = (schema?.tables ?? []).flatMap(tableIndexes);
  return new Map(found.map((index) => [JSON.stringify(index), index]));
}

function tableIndexes(table: TableSchemaJson): JsonObject[] {
  const name = (descriptor: string) => `${table.tableName}.${descriptor}`;
  return [
    ...table.indexes.map(({ indexDescriptor, fields }) => ({
      name: name(indexDescriptor),
      type: 'database',
      fields,
    })),
    ...(table.searchIndexes ?? []).map(({ indexDescriptor, searchField, filterFields }) => ({
      name: name(indexDescriptor),
      type: 'search',
      searchField,
      filterFields,
    })),
  ];
}

export function finishPushAnswer(
  before: { code: LiveCode | undefined; auth: AuthProvider[]; mounted: ReadonlySet<string> },
  after: { code: LiveCode; auth: AuthProvider[] },
): JsonObject {
  const componentDiffs: JsonObject = {};
  for (const component of after.code.components()) {
    const old = before.code?.component(component.path);
    const type = old ? 'modify' : before.mounted.has(component.path) ? 'remount' : 'create';
    componentDiffs[component.path] = componentDiff(type, old, component);
  }
  for (const component of before.code?.components() ?? []) {
    if (after.code.component(component.path)) continue;
    componentDiffs[component.path] = componentDiff('unmount', component, undefined);
  }
  return {
    authDiff: difference(before.auth.map(authText), after.auth.map(authText)),
    definitionDiffs: {},
    componentDiffs,
  };
}

function componentDiff(
  type: string,
  old: LiveComponent | undefined,
  next: LiveComponent | undefined,
): JsonObject {
  const modules = (component: LiveComponent | undefined) => [
    ...(component?.pushed.modules.keys() ?? []),
  ];
  return {
    diffType: { type },
    moduleDiff: difference(modules(old), modules(next)),
    udfConfigDiff: null,
    cronDiff: cronDiff(crons(old), crons(next)),
    indexDiff: indexDiff(old?.pushed.schema ?? null, next?.pushed.schema ?? null),
    schemaDiff: null,
  };
}

function crons(component: LiveComponent | undefined): Map<string, string> {
  const specs = component?.pushed.analysis['crons.js']?.crons ?? [];
  return new Map(specs.map((spec) => [spec.name, JSON.stringify(spec)]));
}

function cronDiff(old: Map<string, string>, next: Map<string, string>): JsonObject {
  return {
    added: [...next.keys()].filter((name) => !old.has(name)),
    updated: [...next.keys()].filter((name) => old.has(name) && old.get(name) !== next.get(name)),
    deleted: [...old.keys()].filter((name) => !next.has(name)),
  };
}

function difference(old: string[], next: string[]): JsonObject {
  return {
    added: next.filter((item) => !old.includes(item)),
    removed: old.filter((item) => !next.includes(item)),
  };
}

function authText(provider: AuthProvider): string {
  const json: Json = authInfo(provider);
  return JSON.stringify(json);
}
