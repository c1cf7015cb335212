import { z } from 'zod';
import type { DeploymentHealth } from '../admin-api';
import type { ConvexAdmin } from '../convex-admin';
import { ask } from '../operator-api';
import { when } from '../output';
import type { Settings } from '../settings';
import { checkSync as checkShared } from '../../src/shared/doctor/check-sync';
import type { Finding } from '../../src/shared/doctor/finding';

const syncStatus = z.looseObject({
  reconcile: z.looseObject({
    everyMs: z.number(),
    lastRunAt: z.number().nullable(),
    outcome: z.string().nullable(),
    why: z.string().nullish(),
    nextRunAt: z.number().nullable(),
  }),
});

export async function checkSync(
  settings: Settings,
  convex: ConvexAdmin,
  health: DeploymentHealth,
): Promise<Finding[]> {
  const { reconcile } = await ask(convex, syncStatus, 'adminSync:status');
  return await checkShared(settings, { health, schedule: reconcile, when });
}
