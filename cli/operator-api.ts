import { z } from 'zod';
import type { ConvexAdmin } from './convex-admin';
import { CliError } from './cli-error';

/**
 * What the operator's functions answer, as far as the command line reads it; unknown fields pass
 * through to `--json`. Parsed, not trusted: the deployment may run another push than this checkout.
 */
function parse<T>(schema: z.ZodType<T>, name: string, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const first = result.error.issues[0];
  throw new CliError('INTERNAL', {
    message: `${name} answered in an unexpected shape (${first?.path.join('.')}: ${first?.message}).`,
    wayOut: 'The deployment runs other functions than this checkout: npx convex deploy.',
  });
}

type Args = NonNullable<Parameters<ConvexAdmin['query']>[1]>;

export async function ask<T>(
  convex: ConvexAdmin,
  schema: z.ZodType<T>,
  name: string,
  args: Args = {},
): Promise<T> {
  return parse(schema, name, await convex.query(name, args));
}

export async function command<T>(
  convex: ConvexAdmin,
  schema: z.ZodType<T>,
  name: string,
  args: Args = {},
): Promise<T> {
  return parse(schema, name, await convex.mutation(name, args));
}

/** Pages as Convex gives them, asked for by `--limit` and `--cursor`. */
export interface PageOptions {
  limit: number;
  cursor?: string;
}

export async function askPage<T>(
  convex: ConvexAdmin,
  entry: z.ZodType<T>,
  name: string,
  { limit, cursor, ...args }: PageOptions & Args,
): Promise<{ items: T[]; cursor: string | null }> {
  const shape = z.object({ page: z.array(entry), isDone: z.boolean(), continueCursor: z.string() });
  const paginationOpts = { numItems: limit, cursor: cursor ?? null };
  const page = await ask(convex, shape, name, { ...args, paginationOpts });
  return { items: page.page, cursor: page.isDone ? null : page.continueCursor };
}

const tally = z.looseObject({
  seen: z.number(),
  added: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  failed: z.number(),
  /** Deployments from before there were removals do not say. */
  removed: z.number().default(0),
});

export const syncRun = z.looseObject({
  _id: z.string(),
  mode: z.string(),
  trigger: z.string(),
  status: z.string(),
  phase: z.string(),
  actor: z.string(),
  startedAt: z.number(),
  finishedAt: z.number().nullish(),
  done: z.number(),
  total: z.number(),
  rate: z.number(),
  timeLeftMs: z.number().nullish(),
  tallies: z.object({ users: tally, organizations: tally, memberships: tally }),
  missing: z.number(),
  clerkUsers: z.number().nullish(),
  convexUsers: z.number().nullish(),
  planHash: z.string().nullish(),
  errorsKept: z.number(),
  changesKept: z.number(),
  failure: z.object({ code: z.string(), message: z.string() }).nullish(),
  warnings: z.array(z.string()),
});
export type SyncRun = z.infer<typeof syncRun>;

const fact = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const syncChange = z.looseObject({
  kind: z.string(),
  change: z.string(),
  externalId: z.string(),
  name: z.string(),
  fields: z.array(
    z.looseObject({
      field: z.string(),
      before: fact,
      after: fact,
      wins: z.string(),
      why: z.string(),
    }),
  ),
});
export type SyncChange = z.infer<typeof syncChange>;

export const syncError = z.looseObject({
  kind: z.string(),
  externalId: z.string().nullish(),
  reason: z.string(),
});

export const connection = z.looseObject({
  ok: z.boolean(),
  message: z.string(),
  instanceId: z.string().nullish(),
  environment: z.string().nullish(),
  users: z.number().nullish(),
  latencyMs: z.number().nullish(),
});

export const auditEntry = z.looseObject({
  seq: z.number(),
  at: z.number(),
  action: z.string(),
  actor: z.string(),
  source: z.string(),
  target: z.string(),
  alarm: z.boolean(),
});

export const delivery = z.looseObject({
  svixId: z.string(),
  type: z.string(),
  entityId: z.string().nullish(),
  outcome: z.string(),
  why: z.string().nullish(),
  receivedAt: z.number(),
  repeats: z.number(),
  alarm: z.boolean(),
});

export const apiToken = z.looseObject({
  tokenId: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  state: z.string(),
  createdBy: z.looseObject({ name: z.string(), email: z.string().nullish() }),
  expiresAt: z.number(),
  lastUsedAt: z.number().nullish(),
});

export const brake = z.looseObject({
  _id: z.string(),
  state: z.string(),
  openedAt: z.number(),
  held: z.number(),
  limit: z.number(),
  people: z.number(),
  decidedBy: z.string().nullish(),
});

export const invitation = z.looseObject({
  email: z.string(),
  role: z.string(),
  state: z.string(),
  expiresAt: z.number(),
});

const bounded = z.object({ count: z.number(), exact: z.boolean() });
export const summary = z.looseObject({
  people: z.looseObject({
    total: z.number(),
    byRole: z.record(z.string(), z.number()),
    byState: z.record(z.string(), z.number()),
    pushes: z.object({ pending: z.number(), failed: z.number() }),
  }),
  organizations: bounded,
  memberships: bounded,
  lastSync: z.object({
    state: z.string(),
    completedAt: z.number().nullable(),
    differed: z.number().nullable(),
  }),
  lastWebhook: z
    .object({ type: z.string(), outcome: z.string(), receivedAt: z.number() })
    .nullable(),
  auditEntries: z.number(),
});

export const auditPage = z.union([
  z.object({
    ok: z.literal(true),
    checked: z.number(),
    head: z.object({ seq: z.number(), hash: z.string() }),
    isDone: z.boolean(),
  }),
  z.object({ ok: z.literal(false), seq: z.number(), problem: z.string() }),
]);
