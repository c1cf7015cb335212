import type { Json, JsonObject } from '../engine/contract';

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
  evaluatePush?(body: JsonObject): Promise<Json>;
  evaluateSchema?(body: JsonObject): Promise<Json>;
  /** What `convex function-spec` and the CLI's "available functions" list. */
  functionSpec(componentPath: string): Json;
}
