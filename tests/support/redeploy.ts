import path from 'node:path';
import { pushFunctions } from '../../local/stack/push';
import { readSettings } from '../../local/stack/settings';
import { setDeploymentEnv } from './clerk-proxy';
import type { World } from './stack-world';

/** `convex env set` and `convex deploy`, as the guide tells people to do. */
export async function redeployWith(world: World, env: Record<string, string>): Promise<void> {
  await setDeploymentEnv(world, env);
  const settings = readSettings(['--data', world.dataDir], {});
  if (settings === 'help') throw new Error('unreachable: no --help was given');
  const context = {
    settings,
    ports: settings.ports,
    logDir: path.join(world.dataDir, 'logs'),
    onChild: () => undefined,
  };
  const adminKey = world.env.CONVEX_SELF_HOSTED_ADMIN_KEY ?? '';
  const convex = {
    kind: 'ready' as const,
    url: world.convexUrl,
    siteUrl: world.convexSiteUrl,
    adminKey,
    deployed: true,
  };
  await pushFunctions(context, convex, { codegen: false });
}
