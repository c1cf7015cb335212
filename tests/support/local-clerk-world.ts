import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClerkClient } from '@clerk/backend';
import { createClock, type Clock } from '../../local/clerk/clock';
import {
  startLocalClerk,
  type LocalClerk,
  type LocalClerkOptions,
} from '../../local/clerk/start-local-clerk';
import { hasClerkOpenApi, loadClerkOpenApi } from './clerk-openapi';

/** What came over the wire: tests read what they know is there, the OpenAPI check judges the shape. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Wire = any;

export interface Answer {
  status: number;
  headers: Headers;
  json: Wire;
}

export interface LocalClerkWorld {
  url: string;
  dataDir: string;
  clock: Clock;
  clerk: LocalClerk;
  /** The unmodified SDK. */
  sdk: ReturnType<typeof createClerkClient>;
  /** One Backend API request with the secret key (or other headers). */
  api(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** One request to the control interface. */
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Operations (`GET /users`) whose answers were held to Clerk's OpenAPI so far. */
  checked: ReadonlySet<string>;
  /** Stops and starts again on the same folder. */
  restart(changes?: Partial<LocalClerkOptions>): Promise<void>;
  close(): Promise<void>;
}

/**
 * A local Clerk of its own in a folder of its own. While it runs, every answer of its Backend API
 * that passes through `fetch`, the SDK's included, is checked against Clerk's OpenAPI, where that is
 * at hand; one that does not fit fails the request that got it.
 */
export async function createLocalClerkWorld(
  options: Partial<LocalClerkOptions> = {},
): Promise<LocalClerkWorld> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'rollcall-clerk-'));
  const clock = options.clock ?? createClock();
  const checked = new Set<string>();
  const settings: LocalClerkOptions = { port: 0, rateLimits: 'off', ...options, dataDir, clock };
  let clerk = await startLocalClerk(settings);
  const plainFetch = globalThis.fetch;
  if (hasClerkOpenApi) globalThis.fetch = checkingFetch(plainFetch, () => clerk.url, checked);

  const request = async (
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Answer> => {
    const response = await globalThis.fetch(clerk.url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, json: await response.json() };
  };

  return {
    get url() {
      return clerk.url;
    },
    get clerk() {
      return clerk;
    },
    get sdk() {
      return createClerkClient({ secretKey: clerk.services.keys.secretKey, apiUrl: clerk.url });
    },
    dataDir,
    clock,
    checked,
    api: (method, path, body, headers) =>
      request(method, `/v1${path}`, body, {
        authorization: `Bearer ${clerk.services.keys.secretKey}`,
        'clerk-api-version': '2026-05-12',
        ...headers,
      }),
    control: (method, path, body) => request(method, `/_local${path}`, body, {}),
    async restart(changes = {}) {
      await clerk.close();
      clerk = await startLocalClerk({ ...settings, ...changes });
    },
    async close() {
      globalThis.fetch = plainFetch;
      await clerk.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function checkingFetch(
  plain: typeof fetch,
  base: () => string,
  checked: Set<string>,
): typeof fetch {
  const openApi = loadClerkOpenApi('backend');
  return async (input, init) => {
    const response = await plain(input, init);
    const url = new URL(input instanceof Request ? input.url : input);
    const method = (
      init?.method ?? (input instanceof Request ? input.method : 'GET')
    ).toUpperCase();
    if (url.origin !== base() || !url.pathname.startsWith('/v1/')) return response;
    const body: unknown = await response.clone().json();
    if (response.status >= 400) {
      openApi.expectSchema('ClerkErrors', body);
      return response;
    }
    const template = openApi.templateOf(url.pathname.slice('/v1'.length), method);
    if (template) {
      const paginated = url.searchParams.get('paginated') === 'true';
      const described = paginated ? pageData(body) : body;
      openApi.expectResponse({ path: template, method, status: response.status }, described);
      checked.add(`${method} ${template}`);
    }
    return response;
  };
}

/** With `paginated=true` (as the SDK asks) what Clerk describes as a list comes inside `data`. */
function pageData(body: unknown): unknown {
  const page = body as { data?: unknown; total_count?: unknown };
  if (typeof page.total_count !== 'number') throw new Error('a page without total_count');
  return page.data;
}
