import path from 'node:path';
import { startChild, whenReady, type Child } from './child';
import { convexCommand } from './convex-program';
import type { PortName, StackSettings } from './settings';

/** What the local Clerk answers when it serves (docs/contracts.md). */
export interface ClerkReady {
  kind: 'ready';
  url: string;
  publishableKey: string;
  secretKey: string;
  webhookSecret: string;
  jwtKey: string;
  instanceId: string;
  dashboardUrl: string;
  demo: { email: string; password: string; role: string }[];
}

/** What the local Convex answers when it serves (docs/contracts.md). */
export interface ConvexReady {
  kind: 'ready';
  url: string;
  siteUrl: string;
  adminKey: string;
  /** A saved push was loaded. */
  deployed: boolean;
}

export interface ServiceContext {
  settings: StackSettings;
  ports: Record<PortName, number>;
  logDir: string;
  /** Told of each child at once, so that it is stopped whatever happens next. */
  onChild: (child: Child) => void;
  onLine?: (name: string, line: string) => void;
  /** The log of the run before says why: it is kept. */
  isRestart?: boolean;
}

/** The caller's environment without names that would point a part at other services. */
export function cleanEnv(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(CLERK|CONVEX|VITE)_/.test(name) && name !== 'NODE_OPTIONS',
  );
  return { ...Object.fromEntries(kept), ...extra };
}

export function startPart(
  context: ServiceContext,
  name: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Child {
  const { logDir, onLine, isRestart = false } = context;
  const child = startChild({
    name,
    args,
    env,
    logDir,
    isRestart,
    ...(onLine && { onLine: (line: string) => onLine(name, line) }),
  });
  context.onChild(child);
  return child;
}

export function webhookAddress(webPort: number): string {
  return `http://127.0.0.1:${webPort}/api/webhooks/clerk`;
}

export async function startClerk(context: ServiceContext): Promise<ClerkReady> {
  const { settings, ports } = context;
  const env = cleanEnv({
    CLERK_PORT: String(ports.CLERK_PORT),
    CLERK_DATA_DIR: path.join(settings.dataDir, 'clerk'),
    CLERK_WEBHOOK_URLS: webhookAddress(ports.PORT),
    CLERK_SEED_USERS: String(settings.seedUsers),
    CLERK_RATE_LIMITS: settings.clerkRateLimits,
  });
  const child = startPart(context, 'clerk', ['--import', 'tsx', 'local/clerk/main.ts'], env);
  return whenReady<ClerkReady>(child, context.logDir);
}

export async function startConvex(context: ServiceContext): Promise<ConvexReady> {
  const { settings, ports } = context;
  const env = cleanEnv({
    CONVEX_PORT: String(ports.CONVEX_PORT),
    CONVEX_SITE_PORT: String(ports.CONVEX_SITE_PORT),
    CONVEX_DATA_DIR: path.join(settings.dataDir, 'convex'),
  });
  const child = startPart(context, 'convex', await convexCommand(), env);
  return whenReady<ConvexReady>(child, context.logDir);
}
