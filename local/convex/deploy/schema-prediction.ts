import type { Json, JsonObject } from '../engine/contract';
import type { LiveCode } from '../engine/live-code';
import type { ReadTransaction } from '../store/contract';
import { indexDiff } from './push-diff';

/** What a push would do to each schema: `evaluate_schema`, which `convex deploy` asks first. */
export function schemaPrediction(
  tx: ReadTransaction,
  live: LiveCode | undefined,
  next: LiveCode,
): JsonObject {
  const evaluations: JsonObject = {};
  const isNew: string[] = [];
  for (const component of next.components()) {
    const old = live?.component(component.path);
    if (!old) isNew.push(component.instance.definitionPath);
    const scope = tx.namespace(component.path);
    const { schema } = component.pushed;
    const diff = indexDiff(old?.pushed.schema ?? null, schema);
    const changes = (list: Json | undefined, change: string): Json[] =>
      (Array.isArray(list) ? list : []).map((index): Json => {
        // Made by `indexDiff`.
        const definition = index as JsonObject & { name: string };
        const numDocs = scope.count(definition.name.split('.')[0] ?? '');
        return { ...definition, change, needsBackfill: change === 'added' && numDocs > 0, numDocs };
      });
    evaluations[component.path] = {
      definitionPath: component.instance.definitionPath,
      schemaValidation: schema?.schemaValidation ?? false,
      tables: (schema?.tables ?? []).map(({ tableName }) => ({
        name: tableName,
        outcome: 'mustWalk',
        numDocs: scope.count(tableName),
        sizeBytes: 0,
      })),
      indexes: [
        ...changes(diff['added_indexes'], 'added'),
        ...changes(diff['removed_indexes'], 'dropped'),
      ],
    };
  }
  return { componentSchemaEvaluations: evaluations, newComponentDefinitions: isNew };
}
