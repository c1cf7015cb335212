import { ownerRole } from '../../src/shared/roles';
import { internal } from '../_generated/api';
import type { Id } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { hasAccess } from './access';
import { appendAudit, type Cause } from './auditLog';
import { decideRole } from './changeRole';
import { isBootstrapEmail } from './environment';
import { fail } from './errors';
import { brakeBatch, roleBrakeSlotMs } from './limits';
import { takeHeldRole } from './mergeIncomingRole';
import { type Brake, heldBy, release } from './roleBrake';
import type { UserRow } from './userRows';

/**
 * How many superadmins must confirm: two of them, or the only one there is. Those whose own role
 * came from Clerk within the window do not count, since they may be part of what is held up; where
 * nobody else is left, 0: only the operator of the deployment can confirm.
 */
export async function confirmationsNeeded(ctx: QueryCtx, brake: Brake): Promise<number> {
  const owners = await ctx.db
    .query('users')
    .withIndex('byName', (q) => q.eq('state', 'active').eq('role', ownerRole))
    .take(100);
  const eligible = owners.filter((row) => hasAccess(row) && !isFresh(row, brake));
  return Math.min(2, eligible.length);
}

/** Whether a role is itself one of the recent changes made in Clerk. */
export function isFresh(row: UserRow, { openedAt, windowMs }: Brake): boolean {
  if (row.roleSource !== 'clerk') return false;
  // The operator of the deployment names these people superadmins, whatever Clerk says.
  if (row.email !== undefined && isBootstrapEmail(row.email)) return false;
  const changedAt =
    row.externalRoleSlot === undefined ? row._creationTime : row.externalRoleSlot + roleBrakeSlotMs;
  return changedAt > openedAt - windowMs;
}

/**
 * One superadmin lets the held roles through; they count once enough have. The caller has checked
 * permission.
 */
export async function confirmBrake(
  ctx: MutationCtx,
  { brakeId, by }: { brakeId: Id<'brakes'>; by: UserRow },
  cause: Cause,
): Promise<Brake> {
  const brake = await openBrake(ctx, brakeId);
  if (isFresh(by, brake)) fail('FRESH_OWNER');
  if (brake.confirmations.some((one) => one.by === by.externalId)) fail('SECOND_CONFIRMATION');
  const confirmations = [...brake.confirmations, { by: by.externalId, at: cause.now }];
  const needed = await confirmationsNeeded(ctx, brake);
  await ctx.db.patch('brakes', brakeId, { confirmations });
  // Who confirmed first may have lost the role, or access, since.
  const standing = await countStanding(ctx, brake, confirmations);
  if (standing < needed) {
    await appendAudit(ctx, cause, {
      action: 'brake.confirmedByOne',
      target: `brake:${brakeId}`,
      before: { confirmations: brake.confirmations.length, needed },
      after: { confirmations: standing, needed },
    });
    return { ...brake, confirmations };
  }
  return await decide(ctx, { ...brake, confirmations }, 'confirming', cause);
}

/** The operator of the deployment alone suffices. */
export async function confirmByOperator(
  ctx: MutationCtx,
  brakeId: Id<'brakes'>,
  cause: Cause,
): Promise<Brake> {
  return await decide(ctx, await openBrake(ctx, brakeId), 'confirming', cause);
}

/** Sends our roles back to Clerk. One superadmin suffices: nothing changes here. */
export async function rejectBrake(
  ctx: MutationCtx,
  brakeId: Id<'brakes'>,
  cause: Cause,
): Promise<Brake> {
  return await decide(ctx, await openBrake(ctx, brakeId), 'rejecting', cause);
}

async function decide(
  ctx: MutationCtx,
  brake: Brake,
  state: 'confirming' | 'rejecting',
  cause: Cause,
): Promise<Brake> {
  const decision = {
    state,
    decidedBy: cause.actor,
    decidedAt: cause.now,
    correlationId: cause.correlationId,
  };
  await ctx.db.patch('brakes', brake._id, { ...decision, confirmations: brake.confirmations });
  await release(ctx, { countAnew: state === 'confirming' });
  await appendAudit(ctx, cause, {
    action: state === 'confirming' ? 'brake.confirmed' : 'brake.rejected',
    target: `brake:${brake._id}`,
    before: { state: brake.state, held: brake.held },
    after: { state, by: brake.confirmations.map(({ by }) => `user:${by}`) },
  });
  await ctx.scheduler.runAfter(0, internal.brakes.carryOut, { brakeId: brake._id });
  return { ...brake, ...decision };
}

/** Decides the next held roles; true once none is left. */
export async function carryOutBatch(
  ctx: MutationCtx,
  brakeId: Id<'brakes'>,
  now: number,
): Promise<boolean> {
  const brake = await ctx.db.get('brakes', brakeId);
  if (brake === null || (brake.state !== 'confirming' && brake.state !== 'rejecting')) return true;
  const cause: Cause = {
    actor: brake.decidedBy ?? 'system',
    source: brake.decidedBy === 'cli' ? 'cli' : 'console',
    correlationId: brake.correlationId ?? `brake:${brakeId}`,
    now,
  };
  const rows = await heldBy(ctx, brakeId, brakeBatch);
  for (const row of rows) {
    if (brake.state === 'confirming') await takeHeldRole(ctx, row, cause);
    else await sendBack(ctx, row, cause);
  }
  if (rows.length === brakeBatch) return false;
  const state = brake.state === 'confirming' ? 'confirmed' : 'rejected';
  await ctx.db.patch('brakes', brakeId, { state });
  return true;
}

async function sendBack(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<void> {
  const source = cause.source === 'cli' ? 'cli' : 'console';
  const changed = await decideRole(ctx, row, row.role, { ...cause, source });
  await appendAudit(ctx, cause, {
    action: 'role.heldRejected',
    target: `user:${row.externalId}`,
    before: { held: row.heldRole?.role ?? null, rev: row.roleRev },
    after: { role: row.role, rev: changed.roleRev },
  });
}

async function countStanding(
  ctx: MutationCtx,
  brake: Brake,
  confirmations: Brake['confirmations'],
): Promise<number> {
  let standing = 0;
  for (const { by } of confirmations) {
    const row = await ctx.db
      .query('users')
      .withIndex('byExternalId', (q) => q.eq('externalId', by))
      .unique();
    const counts = row?.role === ownerRole && hasAccess(row) && !isFresh(row, brake);
    if (counts) standing += 1;
  }
  return standing;
}

async function openBrake(ctx: MutationCtx, brakeId: Id<'brakes'>): Promise<Brake> {
  const brake = await ctx.db.get('brakes', brakeId);
  if (brake === null) fail('BRAKE_NOT_FOUND', { field: 'brakeId' });
  if (brake.state !== 'open') fail('BRAKE_SETTLED');
  return brake;
}
