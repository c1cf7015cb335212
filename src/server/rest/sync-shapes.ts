import { z } from 'zod';
import { anOwner, ownerInText } from '../../shared/roles';
import {
  removalBrakes,
  syncKeys,
  syncKinds,
  syncModes,
  syncOutcomes,
  syncPhases,
  syncRunStatuses,
  syncStates,
  syncTriggers,
  sweepStates,
} from '../../shared/sync';
import { healthStates } from '../../shared/webhook-health';
import { factValue, time } from './shapes';

/** What the REST API answers about synchronisations, as `shapes.ts` does about the rest. */

const tally = z
  .object({ seen: z.number() })
  .extend(Object.fromEntries(syncOutcomes.map((name) => [name, z.number()])))
  .meta({ id: 'SyncTally' });

const removals = z
  .object({
    unseen: z.number(),
    held: z.number().meta({ description: `Stay until ${anOwner} confirms.` }),
    brake: z.enum(removalBrakes).optional(),
    confirmedBy: z.string().optional(),
  })
  .meta({ id: 'SyncRemovals' });

const sweep = z
  .object({
    _id: z.string(),
    state: z.enum(sweepStates),
    people: z.number(),
    limit: z.number().meta({ description: `More people need a second ${ownerInText}.` }),
    requestedBy: z.string(),
    confirmedBy: z.string().optional(),
    holdUntil: time.optional(),
    swept: z.number(),
    spared: z.number(),
    restored: z.number(),
  })
  .meta({ id: 'Sweep' });

export const syncRun = z
  .object({
    _id: z.string(),
    mode: z.enum(syncModes),
    trigger: z.enum(syncTriggers),
    key: z.enum(syncKeys),
    scope: z.object({
      only: z.enum(syncKinds).optional(),
      emailDomain: z.string().optional(),
      ids: z.array(z.string()).optional(),
    }),
    status: z.enum(syncRunStatuses),
    phase: z.enum(syncPhases),
    actor: z.string(),
    startedByName: z.string().optional(),
    startedAt: time,
    finishedAt: time.optional(),
    done: z.number(),
    total: z.number(),
    rate: z.number().meta({ description: 'Records per second; 0: not measured yet.' }),
    timeLeftMs: z.number().nullable(),
    tallies: z.object({ users: tally, organizations: tally, memberships: tally }),
    removals: z
      .object({ organizations: removals.nullable(), memberships: removals.nullable() })
      .meta({ description: 'What is here and no longer in Clerk; null: not read.' }),
    missing: z.number().meta({ description: 'People here that Clerk does not have.' }),
    clerkUsers: z.number().nullable(),
    convexUsers: z.number().nullable(),
    planHash: z.string().optional(),
    changesKept: z.number(),
    errorsKept: z.number(),
    failure: z.object({ code: z.string(), message: z.string() }).optional(),
    warnings: z.array(z.string()),
    cancelRequested: z.boolean(),
    resumable: z.boolean(),
    sweep: sweep.nullable().meta({ description: 'The newest sweep on the strength of it.' }),
  })
  .meta({ id: 'SyncRun' });

const schedule = z
  .object({
    name: z.string(),
    everyMs: z.number(),
    lastRunAt: time.nullable(),
    outcome: z.string().nullable(),
    why: z.string().optional(),
    nextRunAt: time.nullable(),
  })
  .meta({ id: 'Schedule' });

export const clerkStatus = z
  .object({
    sync: z.object({
      state: z.enum(syncStates),
      running: syncRun.nullable(),
      last: syncRun.nullable(),
      lastCompletedAt: time.nullable(),
      drift: z
        .object({ users: z.number(), at: time, runId: z.string(), repaired: z.boolean() })
        .nullable(),
      hasServerKey: z.boolean(),
      reconcile: schedule,
    }),
    webhooks: z
      .object({
        state: z.enum(healthStates),
        cause: z.string().optional(),
        causeText: z.string().optional(),
        remedy: z.string().optional(),
        lastDeliveryAt: time.optional(),
        lastAppliedAt: time.optional(),
        lastCheckedAt: time.optional(),
        missed: z.number(),
      })
      .nullable()
      .meta({ description: 'Null where the caller may not read deliveries.' }),
  })
  .meta({ id: 'ClerkStatus' });

export const syncError = z
  .object({
    _id: z.string(),
    kind: z.enum(syncKinds),
    externalId: z.string().optional(),
    reason: z.string(),
    at: time,
  })
  .meta({ id: 'SyncError' });

export const syncChange = z
  .object({
    _id: z.string(),
    kind: z.enum(syncKinds),
    change: z.enum(['create', 'update', 'delete']),
    externalId: z.string(),
    name: z.string(),
    fields: z.array(
      z.object({
        field: z.string(),
        before: factValue,
        after: factValue,
        wins: z.enum(['clerk', 'rollcall']),
        why: z.string(),
      }),
    ),
  })
  .meta({ id: 'SyncChange' });
