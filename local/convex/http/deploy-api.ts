import type { Json, JsonObject } from '../engine/contract';

export interface DataRequest {
  /** Without one the tables themselves are listed. */
  table?: string | undefined;
  order: 'asc' | 'desc';
  cursor: string | null;
  numItems: number;
}

/**
 * What the servers need of the deploy API: each takes and returns the JSON of the endpoint of the
 * same name. An error with a string `code` is the developer's to mend and is answered with 400.
 */
export interface DeployApi {
  getConfigHashes(): Promise<Json>;
  startPush(body: JsonObject): Promise<Json>;
  waitForSchema(body: JsonObject): Promise<Json>;
  finishPush(body: JsonObject): Promise<Json>;
  /** Checks a push without keeping anything of it (`convex deploy --dry-run`). */
  evaluatePush(body: JsonObject): Promise<Json>;
  /** What it would do to the data and the indexes there are; `convex deploy` asks before it pushes. */
  evaluateSchema(body: JsonObject): Promise<Json>;
  /** All data as a zip in the format of `convex export`. */
  exportSnapshot(): Promise<Uint8Array>;
  /** Replaces all data by such a zip's, as one transaction. Answers how much it was. */
  importSnapshot(zip: Uint8Array): Promise<Json>;
  /** What `convex function-spec` and the CLI's "available functions" list. */
  functionSpec(componentPath: string): Json;
  /** What `convex data` shows: tables, or a page of one's documents. */
  tableData(componentPath: string, request: DataRequest): Promise<Json>;
}
