import type { Json, JsonObject } from '../engine/contract';
import type { ServerContext } from './context';
import { HttpError } from './http-error';
import { mendable } from './mendable';
import { deployBodyBytesMax, readBody, readJsonObject } from './request-body';
import { sendJson } from './responses';
import type { Route } from './router';

/** A million people are about a tenth of it, packed. */
const snapshotBytesMax = 1024 * 1024 * 1024;

/** What the official command line asks of a deployment beside running functions. Admin only. */
export function deployRoutes(context: ServerContext): Record<string, Route> {
  const { deploy } = context;
  const push =
    (run: (body: JsonObject) => Promise<Json>): Route =>
    async (request, response) => {
      const body = await readJsonObject(request, deployBodyBytesMax);
      sendJson(response, 200, await mendable(() => run(body)));
    };
  return {
    'POST /api/get_config_hashes': push(() => deploy.getConfigHashes()),
    'POST /api/deploy2/start_push': push((body) => deploy.startPush(body)),
    'POST /api/deploy2/wait_for_schema': push((body) => deploy.waitForSchema(body)),
    'POST /api/deploy2/finish_push': push((body) => deploy.finishPush(body)),
    'POST /api/deploy2/evaluate_push': push((body) => deploy.evaluatePush(body)),
    'POST /api/deploy2/evaluate_schema': push((body) => deploy.evaluateSchema(body)),
    'POST /api/deploy2/report_push_completed': push(async () => null),
    'GET /api/local/snapshot': async (_request, response) => {
      const zip = await deploy.exportSnapshot();
      response.writeHead(200, { 'content-type': 'application/zip', 'content-length': zip.length });
      response.end(zip);
    },
    'POST /api/local/snapshot': async (request, response) => {
      const zip = await readBody(request, snapshotBytesMax);
      sendJson(response, 200, await mendable(() => deploy.importSnapshot(zip)));
    },
    'GET /api/v1/get_canonical_urls': (_request, response) =>
      sendJson(response, 200, {
        convexCloudUrl: context.url,
        convexSiteUrl: context.siteUrl,
      }),
    'GET /api/stream_function_logs': async (_request, response, url) => {
      const cursor = Number(url.searchParams.get('cursor') ?? 0);
      if (!Number.isFinite(cursor))
        throw new HttpError(400, 'BadRequest', '"cursor" must be a number.');
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const entries = await context.logs.after(cursor, gone.signal);
      if (!gone.signal.aborted) sendJson(response, 200, entries);
    },
    ...Object.fromEntries(unsupportedEndpoints.map((key) => [key, refuse])),
  };
}

/**
 * Endpoints of the official command line that are refused by name. 400 and not 404: it would
 * repeat a 404 for minutes.
 */
const unsupportedEndpoints = [
  'POST /api/run_test_function',
  'POST /api/perform_import',
  'POST /api/import/start_upload',
  'POST /api/import/upload_part',
  'POST /api/import/finish_upload',
  'POST /api/export/request/zip',
  'GET /api/shapes2',
];

const refuse: Route = (_request, _response, url) => {
  throw unsupported(url.pathname);
};

function unsupported(pathname: string): HttpError {
  return new HttpError(
    400,
    'NotSupportedLocally',
    `The local Convex runtime does not support ${pathname}. ` +
      'Use Convex Cloud or a self-hosted Convex for this command.',
  );
}
