import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ownerRole } from '../../src/shared/roles';
import { writePrivateFile } from './data-folder';
import type { OwnKeys } from './own-keys';
import type { ClerkReady, ConvexReady } from './services';
import type { StackSettings } from './settings';

/** What is set on the Convex deployment (docs/contracts.md, Environment). */
export function deploymentEnv(
  clerk: ClerkReady,
  keys: OwnKeys,
  clerkRateLimits: StackSettings['clerkRateLimits'],
): Record<string, string> {
  // The demo account that must be in charge from its first sign-in on.
  const owners = clerk.demo.filter(({ role }) => role === ownerRole);
  return {
    CLERK_FRONTEND_API_URL: clerk.url,
    CLERK_API_URL: clerk.url,
    CLERK_SECRET_KEY: clerk.secretKey,
    CLERK_WEBHOOK_SECRET: clerk.webhookSecret,
    CLERK_INSTANCE_ID: clerk.instanceId,
    API_TOKEN_SIGNING_KEY: keys.apiTokenSigningKey,
    // The local Clerk's key looks like a development one, whatever limits it keeps.
    CLERK_RATE_LIMITS: clerkRateLimits === 'development' ? 'development' : 'production',
    BOOTSTRAP_SUPERADMIN_EMAILS: owners.map(({ email }) => email).join(' '),
  };
}

/** What the stack itself decides for the web server. */
export interface OwnSettings {
  webUrl: string;
  /** `CREDENTIALS_ENCRYPTION_KEY`: one or more keys, the first one seals. */
  credentialKeys: string;
}

/**
 * The keys of the credentials vault, made on the first start and kept in a file of their own: `env`
 * is written anew at every start. To rotate by hand, put a new key in front of the others.
 */
export function credentialKeysOf(dataDir: string): string {
  const file = path.join(dataDir, 'credentials.keys');
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (kept !== '') return kept.split(/\s+/).join(' ');
  const fresh = randomBytes(32).toString('base64');
  writePrivateFile(file, `${fresh}\n`);
  return fresh;
}

/** What the web server is started with. */
export function webEnv(
  clerk: ClerkReady,
  convex: ConvexReady,
  { webUrl, credentialKeys }: OwnSettings,
): Record<string, string> {
  return {
    CLERK_PUBLISHABLE_KEY: clerk.publishableKey,
    CLERK_SECRET_KEY: clerk.secretKey,
    CLERK_JWT_KEY: clerk.jwtKey,
    CLERK_PROXY_URL: clerk.url,
    CLERK_API_URL: clerk.url,
    CLERK_JS_URL: `${clerk.url}/npm/@clerk/clerk-js@local/dist/clerk.browser.js`,
    CLERK_UI_URL: `${clerk.url}/npm/@clerk/ui@local/dist/ui.browser.js`,
    CLERK_DASHBOARD_URL: clerk.dashboardUrl,
    CLERK_TELEMETRY_DISABLED: '1',
    CLERK_KEYLESS_DISABLED: '1',
    CONVEX_URL: convex.url,
    CONVEX_SITE_URL: convex.siteUrl,
    ROLLCALL_URL: webUrl,
    CREDENTIALS_ENCRYPTION_KEY: credentialKeys,
  };
}

/** Everything that the command line, curl and tests need, under the real services' names. */
export function clientEnv(
  clerk: ClerkReady,
  convex: ConvexReady,
  own: OwnSettings,
): Record<string, string> {
  return {
    ...webEnv(clerk, convex, own),
    CLERK_FRONTEND_API_URL: clerk.url,
    CLERK_WEBHOOK_SECRET: clerk.webhookSecret,
    CLERK_INSTANCE_ID: clerk.instanceId,
    CONVEX_SELF_HOSTED_URL: convex.url,
    CONVEX_SELF_HOSTED_ADMIN_KEY: convex.adminKey,
  };
}

/**
 * Dotenv text that dotenv, `node --env-file` and a POSIX shell read alike. A PEM keeps its line
 * breaks as `\n`, which dotenv opens again inside double quotes.
 */
export function dotenvText(values: Record<string, string>): string {
  const lines = Object.entries(values).map(([name, value]) => {
    const text = value.trimEnd();
    if (text.includes('\n')) return `${name}="${text.replaceAll('\n', String.raw`\n`)}"`;
    return /^[\w./:@+,=-]*$/.test(text) ? `${name}=${text}` : `${name}='${text}'`;
  });
  return `${lines.join('\n')}\n`;
}

export function writeEnvFiles(dataDir: string, values: Record<string, string>): void {
  const note = '# Written by Rollcall at every start. Holds keys: keep it to yourself.\n';
  writePrivateFile(path.join(dataDir, 'env'), note + dotenvText(values));
}
