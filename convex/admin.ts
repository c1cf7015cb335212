import { v } from 'convex/values';
import { ownerRole } from '../src/shared/roles';
import { internalMutation, internalQuery } from './functions';
import { genesis } from './model/audit';
import { lastAlarmAt } from './model/auditListing';
import { auditHead } from './model/auditLog';
import { byOperator } from './model/cause';
import {
  deactivate as deactivateUser,
  reactivate as reactivateUser,
  remove as removeUser,
} from './model/changeAccess';
import { changeRole } from './model/changeRole';
import { readCounts } from './model/counters';
import {
  deploymentReport,
  hasActiveOwner,
  inspectDeployment,
  lastDelivery,
  lastDeliveryOfClerk,
} from './model/doctor';
import { fail } from './model/errors';
import { findUser, findUserByEmail } from './model/findUser';
import { auditPageMax } from './model/limits';
import { listUsers as pageOfUsers } from './model/listing';
import { roleValidator, userState } from './model/validators';
import { adminUser, peopleStats, toAdminUser } from './model/views';
import { verifyAuditPage } from './model/verifyAudit';

/*
 * For the command line, which holds the admin or deploy key: the operator of the deployment. No
 * permission is asked; the rules of roles, owners and audit hold here as everywhere.
 */

const chainHead = v.object({ seq: v.number(), hash: v.string() });

export const listUsers = internalQuery({
  args: {
    limit: v.number(),
    cursor: v.optional(v.union(v.string(), v.null())),
    search: v.optional(v.string()),
    role: v.optional(roleValidator),
    state: v.optional(userState),
  },
  returns: v.object({ users: v.array(adminUser), cursor: v.union(v.string(), v.null()) }),
  handler: async (ctx, { limit, cursor, ...filter }) => {
    const paginationOpts = { numItems: limit, cursor: cursor ?? null };
    const page = await pageOfUsers(ctx, { ...filter, paginationOpts });
    return {
      users: page.page.map(toAdminUser),
      cursor: page.isDone ? null : page.continueCursor,
    };
  },
});

/** By row id, Clerk id or primary address. */
export const getUser = internalQuery({
  args: { idOrEmail: v.string() },
  returns: adminUser,
  handler: async (ctx, { idOrEmail }) => toAdminUser(await findUser(ctx, idOrEmail)),
});

export const setRole = internalMutation({
  args: { idOrEmail: v.string(), role: roleValidator },
  returns: adminUser,
  handler: async (ctx, { idOrEmail, role }) =>
    toAdminUser(await changeRole(ctx, await findUser(ctx, idOrEmail), role, byOperator())),
});

export const deactivate = internalMutation({
  args: { idOrEmail: v.string() },
  returns: adminUser,
  handler: async (ctx, { idOrEmail }) =>
    toAdminUser(await deactivateUser(ctx, await findUser(ctx, idOrEmail), byOperator())),
});

export const reactivate = internalMutation({
  args: { idOrEmail: v.string() },
  returns: adminUser,
  handler: async (ctx, { idOrEmail }) =>
    toAdminUser(await reactivateUser(ctx, await findUser(ctx, idOrEmail), byOperator())),
});

/** By id where the address is not certain: nothing brings a deleted person back. */
export const remove = internalMutation({
  args: { idOrEmail: v.string() },
  returns: adminUser,
  handler: async (ctx, { idOrEmail }) =>
    toAdminUser(await removeUser(ctx, await findUser(ctx, idOrEmail), byOperator())),
});

/** The way in when nobody can appoint an owner (rule 7). Promoting an owner changes nothing. */
export const promote = internalMutation({
  args: { email: v.string() },
  returns: adminUser,
  handler: async (ctx, { email }) => {
    const row = await findUserByEmail(ctx, email);
    if (!row.isActive) {
      fail('ACCOUNT_INACTIVE', {
        field: 'email',
        message: 'This account is deactivated. Reactivate it first.',
      });
    }
    return toAdminUser(await changeRole(ctx, row, ownerRole, byOperator()));
  },
});

export const status = internalQuery({
  args: {},
  returns: v.object({
    counts: peopleStats,
    hasActiveOwner: v.boolean(),
    lastDelivery,
    audit: v.object({ head: chainHead, lastAlarmAt: v.union(v.number(), v.null()) }),
  }),
  handler: async (ctx) => {
    return {
      counts: await readCounts(ctx),
      hasActiveOwner: await hasActiveOwner(ctx),
      lastDelivery: await lastDeliveryOfClerk(ctx),
      audit: { head: await auditHead(ctx), lastAlarmAt: await lastAlarmAt(ctx) },
    };
  },
});

/**
 * Verifies the next entries of the audit chain. Call without `from` first, then with the returned
 * `head`, until `isDone`.
 */
export const verifyAudit = internalQuery({
  args: { from: v.optional(chainHead), limit: v.optional(v.number()) },
  returns: v.union(
    v.object({
      ok: v.literal(true),
      checked: v.number(),
      head: chainHead,
      isDone: v.boolean(),
    }),
    v.object({
      ok: v.literal(false),
      seq: v.number(),
      problem: v.union(
        v.literal('gap'),
        v.literal('brokenLink'),
        v.literal('edited'),
        v.literal('cutOff'),
      ),
    }),
  ),
  handler: async (ctx, { from, limit }) => {
    const entries = Math.min(Math.max(1, Math.floor(limit ?? auditPageMax)), auditPageMax);
    return await verifyAuditPage(ctx, from ?? genesis, entries);
  },
});

/** Which settings the deployment has, by name and state; never a value (F2). */
export const doctor = internalQuery({
  args: {},
  returns: deploymentReport,
  handler: async (ctx) => await inspectDeployment(ctx),
});
