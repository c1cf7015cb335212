import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Catalog } from './catalog';
import { Clock } from './clock';
import type { QueryJson, QuerySource, ReadScope, Store, StoreOptions } from './contract';
import { CursorCodec } from './cursor';
import type { DatabaseFile } from './database-file';
import { DocumentNumbers } from './documents';
import { Layers } from './layers';
import { openStore } from './open-store';
import type { JsonObject } from '../values/value';

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty store, closed when the test ends. */
export function temporaryStore(options: Partial<StoreOptions> = {}): Store {
  const store = openStore({ ...options, folder: options.folder ?? temporaryFolder() });
  onTestFinished(() => store.close());
  return store;
}

/** What a store is made of, on a file of the test's own kind. */
export function partsOn(file: DatabaseFile) {
  return {
    file,
    layers: new Layers(file),
    catalog: new Catalog(file),
    numbers: new DocumentNumbers(file),
    clock: new Clock(file, Date.now),
    cursors: new CursorCodec(file),
  };
}

export function fullScan(tableName: string, order: 'asc' | 'desc' | null = null): QueryJson {
  return { source: { type: 'FullTableScan', tableName, order }, operators: [] };
}

export function indexRange(
  indexName: string,
  range: Extract<QuerySource, { type: 'IndexRange' }>['range'] = [],
  order: 'asc' | 'desc' | null = null,
): QueryJson {
  return { source: { type: 'IndexRange', indexName, range, order }, operators: [] };
}

export function collect(scope: ReadScope, query: QueryJson): JsonObject[] {
  const stream = scope.queryStream(query);
  const found: JsonObject[] = [];
  for (let text = stream.next(); text !== null; text = stream.next()) {
    found.push(JSON.parse(text) as JsonObject);
  }
  return found;
}
