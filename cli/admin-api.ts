import { z } from 'zod';
import type { ConvexAdmin } from './convex-admin';
import { CliError } from './cli-error';

/**
 * What the `admin:*` functions answer, as far as the command line reads it. Parsed, not trusted:
 * the deployment may run an older or newer push than this checkout.
 */
const pushState = z.object({ state: z.string(), reason: z.string().nullish() });

const adminUser = z.object({
  _id: z.string(),
  externalId: z.string(),
  name: z.string(),
  email: z.string().nullish(),
  role: z.string(),
  state: z.string(),
  roleSource: z.string(),
  roleRev: z.number(),
  push: pushState,
  /** Absent while nobody has decided about this person's access. */
  access: pushState.nullish(),
  createdAt: z.number(),
  updatedAt: z.number(),
  lastLoginAt: z.number().nullish(),
});
export type AdminUser = z.infer<typeof adminUser>;

const userPage = z.object({ users: z.array(adminUser), cursor: z.string().nullable() });
export type UserPage = z.infer<typeof userPage>;

const status = z.object({
  counts: z.object({
    total: z.number(),
    byRole: z.record(z.string(), z.number()),
    byState: z.record(z.string(), z.number()),
    pushes: z.object({ pending: z.number(), failed: z.number() }),
  }),
  hasActiveOwner: z.boolean(),
  lastDelivery: z
    .object({ type: z.string(), outcome: z.string(), receivedAt: z.number() })
    .nullable(),
  audit: z.object({
    head: z.object({ seq: z.number(), hash: z.string() }),
    lastAlarmAt: z.number().nullable(),
  }),
});
export type Status = z.infer<typeof status>;

const deploymentHealth = z.object({
  settings: z.array(
    z.object({
      name: z.string(),
      required: z.boolean(),
      state: z.enum(['ok', 'missing', 'malformed']),
      remedy: z.string(),
    }),
  ),
});
export type DeploymentHealth = z.infer<typeof deploymentHealth>;

const environmentVariable = z.object({ name: z.string(), value: z.string() }).nullable();

function parse<T>(schema: z.ZodType<T>, name: string, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const first = result.error.issues[0];
  throw new CliError('INTERNAL', {
    message: `${name} answered in an unexpected shape (${first?.path.join('.')}: ${first?.message}).`,
    wayOut: 'The deployment runs other functions than this checkout: npx convex deploy.',
  });
}

export interface ListFilter {
  limit: number;
  cursor?: string;
  search?: string;
  role?: string;
  state?: string;
}

export async function listUsers(convex: ConvexAdmin, filter: ListFilter): Promise<UserPage> {
  return parse(userPage, 'admin:listUsers', await convex.query('admin:listUsers', { ...filter }));
}

export async function getUser(convex: ConvexAdmin, idOrEmail: string): Promise<AdminUser> {
  return parse(adminUser, 'admin:getUser', await convex.query('admin:getUser', { idOrEmail }));
}

export async function setRole(
  convex: ConvexAdmin,
  idOrEmail: string,
  role: string,
): Promise<AdminUser> {
  return parse(
    adminUser,
    'admin:setRole',
    await convex.mutation('admin:setRole', { idOrEmail, role }),
  );
}

export async function deactivate(convex: ConvexAdmin, idOrEmail: string): Promise<AdminUser> {
  const changed = await convex.mutation('admin:deactivate', { idOrEmail });
  return parse(adminUser, 'admin:deactivate', changed);
}

export async function reactivate(convex: ConvexAdmin, idOrEmail: string): Promise<AdminUser> {
  const changed = await convex.mutation('admin:reactivate', { idOrEmail });
  return parse(adminUser, 'admin:reactivate', changed);
}

export async function removeUser(convex: ConvexAdmin, idOrEmail: string): Promise<AdminUser> {
  return parse(adminUser, 'admin:remove', await convex.mutation('admin:remove', { idOrEmail }));
}

export async function promote(convex: ConvexAdmin, email: string): Promise<AdminUser> {
  return parse(adminUser, 'admin:promote', await convex.mutation('admin:promote', { email }));
}

export async function getStatus(convex: ConvexAdmin): Promise<Status> {
  return parse(status, 'admin:status', await convex.query('admin:status'));
}

export async function getDeploymentHealth(convex: ConvexAdmin): Promise<DeploymentHealth> {
  return parse(deploymentHealth, 'admin:doctor', await convex.query('admin:doctor'));
}

/** The issuer that the deployment trusts, as `npx convex env get` reads it. Not a secret. */
export async function getTrustedIssuer(convex: ConvexAdmin): Promise<string | undefined> {
  const name = '_system/cli/queryEnvironmentVariables:get';
  const value = await convex.query(name, { name: 'CLERK_FRONTEND_API_URL' });
  return parse(environmentVariable, name, value)?.value;
}
