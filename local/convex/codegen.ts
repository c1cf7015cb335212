/**
 * `npm run codegen`: generates `convex/_generated` by the official command line, against a
 * runtime that lives only for that. Needs neither a running stack nor a network.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startCodegenServer } from './deploy/codegen-server';

async function main(): Promise<number> {
  const server = await startCodegenServer();
  const packageFile = createRequire(import.meta.url).resolve('convex/package.json');
  const cli = join(dirname(packageFile), 'bin', 'main.js');
  try {
    return await new Promise<number>((resolve, reject) => {
      const child = spawn(process.execPath, [cli, 'codegen', ...process.argv.slice(2)], {
        stdio: 'inherit',
        env: {
          ...withoutDeployment(process.env),
          // Keeps it from reporting failures to its maker: without a network it waits for that.
          CI: '1',
          CONVEX_SELF_HOSTED_URL: server.url,
          CONVEX_SELF_HOSTED_ADMIN_KEY: server.adminKey,
        },
      });
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    await server.close();
  }
}

/** A deployment named in the environment would be asked instead, or refused as ambiguous. */
function withoutDeployment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { CONVEX_DEPLOYMENT: _, CONVEX_DEPLOY_KEY: __, ...rest } = env;
  return rest;
}

process.exitCode = await main();
