import type { FunctionReference } from 'convex/server';
import { ConvexError } from 'convex/values';
import type { ConvexHttpClient } from 'convex/browser';
import { apiTokenIssuer, type TokenScope } from '../../src/shared/api-tokens';
import { isErrorBody } from '../../src/shared/error-codes';
import type { Caller } from '../../src/server/caller';
import { restHandler } from '../../src/server/rest/handle';
import { appRouter } from '../../src/server/routers/app';
import { createCallerFactory } from '../../src/server/trpc';
import { api, as, type ConvexWorld } from './convex-world';

/**
 * convex-test hands the data of a ConvexError over as JSON text; Convex itself as a value. Of every
 * other failure a production deployment of Convex Cloud tells that there was one, and so do we.
 */
async function asConvexThrows<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Error) || !('data' in error)) throw hidden(error);
    const data: unknown = typeof error.data === 'string' ? JSON.parse(error.data) : error.data;
    if (!isErrorBody(data)) throw hidden(error);
    throw new ConvexError({ ...data });
  }
}

function hidden(cause: unknown): Error {
  return new Error('[Request ID: 0123456789abcdef] Server Error', { cause });
}

type Query = FunctionReference<'query'>;
type Action = FunctionReference<'action'>;
type Mutation = FunctionReference<'mutation'>;

function callerOf(t: ConvexWorld, who: string): Caller {
  const tokenId = /^token:(.+)$/.exec(who)?.[1];
  const inConvex = tokenId === undefined ? as(t, who) : as(t, tokenId, { issuer: apiTokenIssuer });
  const client = {
    query: (name: Query, args: object) => asConvexThrows(() => inConvex.query(name, args)),
    action: (name: Action, args: object) => asConvexThrows(() => inConvex.action(name, args)),
    mutation: (name: Mutation, args: object) => asConvexThrows(() => inConvex.mutation(name, args)),
  };
  return {
    userId: who,
    sessionId: who,
    signedInAtMs: undefined,
    // Of the client, procedures use these calls only.
    convex: async () => client as unknown as ConvexHttpClient,
  };
}

/** The tRPC procedures over the product's functions in memory, called by `who`. */
export function callerIn(t: ConvexWorld, who: string) {
  return createCallerFactory(appRouter)({ caller: async () => callerOf(t, who) });
}

/** The REST API over the product's functions in memory. `x-test-caller` says who asks. */
export function restWorld(t: ConvexWorld) {
  const handle = restHandler({
    router: appRouter,
    createContext: (request) => ({
      caller: async () => {
        const who = request.headers.get('x-test-caller');
        return who === null ? null : callerOf(t, who);
      },
    }),
  });
  return async function ask(
    who: string | null,
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; body: unknown; headers: Headers }> {
    const hasBody = options.body !== undefined;
    const response = await handle(
      new Request(`http://rollcall.test${path}`, {
        method,
        headers: {
          ...(who !== null && { 'x-test-caller': who }),
          ...(hasBody && { 'content-type': 'application/json' }),
          ...options.headers,
        },
        ...(hasBody && {
          body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body),
        }),
      }),
    );
    const text = await response.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, body, headers: response.headers };
  };
}

/** A token of `creator` for these scopes; what to ask as. */
export async function tokenOf(
  t: ConvexWorld,
  creator: string,
  scopes: TokenScope[],
): Promise<string> {
  const tokenId = Math.random().toString(36).slice(2).padEnd(16, '0').slice(0, 16);
  await as(t, creator).mutation(api.tokens.create, {
    tokenId,
    secretHash: '0'.repeat(64),
    name: 'test',
    scopes,
    expiresInDays: 1,
  });
  return `token:${tokenId}`;
}

/** A run, a sweep that waits for a second superadmin, an open brake and a bulk job, by their ids. */
export async function thingsToDecide(t: ConvexWorld) {
  const boss = as(t, 'boss');
  const runId = await boss.mutation(api.sync.start, { mode: 'dryRun' });
  const action = { kind: 'role' as const, role: 'admin' as const };
  const selection = { kind: 'filter' as const, filter: { search: 'nobody' }, except: [] };
  const jobId = await boss.mutation(api.bulk.start, { action, selection });
  return await t.run(async (ctx) => {
    const sweepId = await ctx.db.insert('syncSweeps', {
      runId,
      state: 'awaitingConfirmation',
      people: 9,
      limit: 5,
      requestedBy: 'user:second',
      requestedAt: 1,
      swept: 0,
      spared: 0,
      restored: 0,
    });
    const counted = { limit: 5, people: 9, windowMs: 60_000, held: 0 };
    const brakeId = await ctx.db.insert('brakes', {
      state: 'open',
      openedAt: 1,
      confirmations: [],
      ...counted,
    });
    return { runId, jobId, sweepId, brakeId };
  });
}
