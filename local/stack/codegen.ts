/**
 * `npm run codegen`: refreshes `convex/_generated` with the official command line, against a
 * local Convex that lives for this one call.
 */
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runToEnd, type Child } from './child';
import { convexCli, updateEnvironment } from './push';
import { cleanEnv, startConvex, type ServiceContext } from './services';
import { defaultPorts, readSettings } from './settings';
import { describeError, StackError } from './stack-error';

/** `auth.config.ts` reads these while it is evaluated; types do not depend on their values. */
const placeholders = {
  CLERK_FRONTEND_API_URL: 'http://127.0.0.1:4400',
  CLERK_WEBHOOK_SECRET: 'whsec_Y29kZWdlbg==',
  CLERK_SECRET_KEY: 'sk_test_codegen',
};

async function codegen(folder: string, children: Child[]): Promise<void> {
  const settings = readSettings(['--data', folder]);
  if (settings === 'help') return;
  const logDir = path.join(folder, 'logs');
  mkdirSync(logDir, { recursive: true });
  const context: ServiceContext = {
    settings,
    ports: { ...defaultPorts, CONVEX_PORT: 0, CONVEX_SITE_PORT: 0 },
    logDir,
    onChild: (child) => children.push(child),
  };
  const convex = await startConvex(context);
  await updateEnvironment(convex, placeholders);
  const env = cleanEnv({
    CONVEX_SELF_HOSTED_URL: convex.url,
    CONVEX_SELF_HOSTED_ADMIN_KEY: convex.adminKey,
    // Empty, so that an `.env.local` cannot point at another deployment.
    CONVEX_DEPLOYMENT: '',
    CONVEX_DEPLOY_KEY: '',
    FORCE_COLOR: '0',
  });
  const args = [convexCli, 'codegen', '--typecheck', 'disable'];
  await runToEnd(
    { name: 'codegen', args, env, logDir },
    (lines) =>
      new StackError(
        'Code generation failed:',
        'Correct what is named above and run again.',
        lines,
      ),
    (child) => children.push(child),
  );
  process.stdout.write('convex/_generated is up to date.\n');
}

const folder = mkdtempSync(path.join(tmpdir(), 'rollcall-codegen-'));
const children: Child[] = [];
try {
  await codegen(folder, children);
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
} finally {
  await Promise.all(children.map((child) => child.stop()));
  rmSync(folder, { recursive: true, force: true });
}
