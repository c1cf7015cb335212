import type { Engine, FunctionCall, Json, QueryResult } from '../engine/contract';
import type { DataRequest, DeployApi } from './deploy-api';

export interface SystemQuerySources {
  engine: Engine;
  deploy: DeployApi;
  url: string;
  siteUrl: string;
}

const prefix = '_system/';

export function isSystemPath(path: string): boolean {
  return path.startsWith(prefix);
}

/**
 * The few `_system/...` queries that the official command line runs. Admin only. They count as
 * reading everything: each commit runs them again, which a command line can afford.
 */
export async function runSystemQuery(
  sources: SystemQuerySources,
  call: FunctionCall,
): Promise<QueryResult> {
  const answer = (result: QueryResult['result']): QueryResult => ({
    result,
    ts: sources.engine.currentTs(),
    reads: { overlaps: () => true },
  });
  const fail = (errorMessage: string) => answer({ kind: 'failure', errorMessage, logLines: [] });
  if (call.identity.kind !== 'admin') {
    return fail(`Could not find public function for '${call.path}'.`);
  }
  const query = systemQueries[canonicalName(call.path)];
  if (!query) {
    return fail(
      `The local Convex runtime does not support '${call.path}'. ` +
        'Of the command line it supports dev, deploy, codegen, run, env, data, logs and function-spec.',
    );
  }
  const args = Object(call.args) as Record<string, Json>;
  try {
    const value = await query(sources, args, call.componentPath ?? '');
    return answer({ kind: 'success', value, logLines: [] });
  } catch (error) {
    // Of the caller's making: a table that is not there, a cursor of another query.
    if (error instanceof Error && 'code' in error) return fail(error.message);
    throw error;
  }
}

type SystemQuery = (
  sources: SystemQuerySources,
  args: Record<string, Json>,
  componentPath: string,
) => Json | Promise<Json>;

const systemQueries: Record<string, SystemQuery> = {
  'cli/queryEnvironmentVariables:default': ({ engine }) =>
    engine.env.list().map(({ name, value }) => ({ name, value })),
  'cli/queryEnvironmentVariables:get': ({ engine }, { name }) =>
    engine.env.list().find((variable) => variable.name === name) ?? null,
  'cli/convexUrl:cloudUrl': ({ url }) => url,
  'cli/convexUrl:siteUrl': ({ siteUrl }) => siteUrl,
  'cli/modules:apiSpec': ({ deploy }, _args, componentPath) => deploy.functionSpec(componentPath),
  'cli/tables:default': ({ deploy }, args, componentPath) =>
    deploy.tableData(componentPath, dataRequest(args)),
  'cli/tableData:default': ({ deploy }, args, componentPath) =>
    deploy.tableData(componentPath, { ...dataRequest(args), table: tableName(args) }),
  // `convex dev` watches the table whose documents failed the schema; any commit may mend it.
  'cli/queryTable:default': ({ engine }) => engine.currentTs().toString(),
};

function tableName({ table }: Record<string, Json>): string {
  return typeof table === 'string' ? table : '';
}

function dataRequest({ order, paginationOpts }: Record<string, Json>): DataRequest {
  const { cursor, numItems } = Object(paginationOpts) as Record<string, Json>;
  return {
    order: order === 'asc' ? 'asc' : 'desc',
    cursor: typeof cursor === 'string' ? cursor : null,
    numItems: Number(numItems) || 100,
  };
}

/** `_system/cli/x.js` and `_system/cli/x` -> `cli/x:default`. */
function canonicalName(path: string): string {
  const [module = '', name = 'default'] = path.slice(prefix.length).split(':');
  return `${module.replace(/\.js$/, '')}:${name}`;
}
