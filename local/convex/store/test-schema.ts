import type { IndexJson, SchemaJson, SearchIndexJson } from './contract';
import type { Json } from '../values/value';

interface TableSketch {
  indexes?: { [name: string]: string[] };
  searchIndexes?: { [name: string]: { searchField: string; filterFields?: string[] } };
  documentType?: Json;
}

/** The JSON of a schema, said shortly. */
export function schemaOf(tables: { [name: string]: TableSketch }): SchemaJson {
  return {
    schemaValidation: true,
    tables: Object.entries(tables).map(([tableName, table]) => ({
      tableName,
      indexes: Object.entries(table.indexes ?? {}).map(([indexDescriptor, fields]): IndexJson => ({
        indexDescriptor,
        fields,
      })),
      searchIndexes: Object.entries(table.searchIndexes ?? {}).map(
        ([indexDescriptor, { searchField, filterFields = [] }]): SearchIndexJson => ({
          indexDescriptor,
          searchField,
          filterFields,
        }),
      ),
      documentType: table.documentType ?? { type: 'any' },
    })),
  };
}
