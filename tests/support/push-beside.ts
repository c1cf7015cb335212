import { cp, mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { pushFrom } from '../fixtures/convex-servers/world';
import type { World } from './stack-world';
import { rootDir } from './steps';

/** What the product's push is made of, and what makes it a folder of its own. */
const productFiles = ['convex', 'src/shared', 'app.config.ts', 'package.json', 'tsconfig.json'];

/** Pushes the product's functions together with one more module of the fixtures. */
export async function pushBeside(world: World, module: string): Promise<void> {
  const target = { url: world.convexUrl, adminKey: world.env.CONVEX_SELF_HOSTED_ADMIN_KEY ?? '' };
  await pushFrom(target, async (dir) => {
    const app = path.join(dir, 'app');
    await mkdir(app);
    for (const file of productFiles) {
      await cp(path.join(rootDir, file), path.join(app, file), { recursive: true });
    }
    const added = path.join(rootDir, 'tests/fixtures/convex-product/convex', module);
    await cp(added, path.join(app, 'convex', module));
    await symlink(path.join(rootDir, 'node_modules'), path.join(app, 'node_modules'));
  });
}
