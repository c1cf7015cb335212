import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { expectedIssuer } from '../../../shared/doctor/check-keys';
import { version } from '../../../../package.json';
import { diagnose, ownSettings } from '../../doctor';
import { procedure } from '../../trpc';

const output = z.object({
  findings: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      state: z.enum(['ok', 'warning', 'problem', 'unknown']),
      detail: z.string(),
      remedy: z.string().optional(),
    }),
  ),
  instance: z.object({
    version: z.string(),
    node: z.string(),
    clerkInstanceId: z.string().nullable(),
    convexUrl: z.string(),
    convexSiteUrl: z.string(),
    publicUrl: z.string().nullable(),
    auditEntries: z.number(),
  }),
  checkedAt: z.number(),
});

/** Requirement F2: the checks of `npm run doctor`, as far as the web server can make them. */
export const check = procedure.output(output).query(async ({ ctx }) => {
  const settings = ownSettings();
  const issuer = expectedIssuer(settings);
  // First, since it decides whether the caller may ask at all.
  const deployment = await ctx.convex.mutation(api.settings.check, issuer ? { issuer } : {});
  const { CONVEX_URL = '', CONVEX_SITE_URL = '', ROLLCALL_URL } = settings.values;
  return {
    findings: await diagnose(deployment),
    instance: {
      version,
      node: process.version,
      clerkInstanceId: deployment.instanceId,
      convexUrl: CONVEX_URL,
      convexSiteUrl: CONVEX_SITE_URL,
      publicUrl: ROLLCALL_URL ?? null,
      auditEntries: deployment.auditEntries,
    },
    checkedAt: Date.now(),
  };
});
