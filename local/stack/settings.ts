import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { StackError } from './stack-error';

/** The repository root: where `package.json`, `convex/` and `dist/` are. */
export const rootDir = fileURLToPath(new URL('../../', import.meta.url)).replace(/[/\\]$/, '');

export const portNames = ['PORT', 'CONVEX_PORT', 'CONVEX_SITE_PORT', 'CLERK_PORT'] as const;
export type PortName = (typeof portNames)[number];

export const defaultPorts: Record<PortName, number> = {
  PORT: 3000,
  CONVEX_PORT: 3210,
  CONVEX_SITE_PORT: 3211,
  CLERK_PORT: 4400,
};

export interface StackSettings {
  mode: 'production' | 'development';
  /** Absolute. */
  dataDir: string;
  /** 0 = any free port. */
  ports: Record<PortName, number>;
  /** People seeded beside the demo accounts, on an empty store only. */
  seedUsers: number;
  /** Copies what the parts log to the terminal; otherwise it goes to `<data>/logs` alone. */
  verbose: boolean;
  /** The local stack even where `.env.local` names real services. */
  forceLocal: boolean;
  /** Clerk's own limits unless tests or a benchmark say otherwise. */
  clerkRateLimits: 'off' | 'development' | 'production';
}

export const usage = `Usage: npm start -- [options]      (npm run dev -- [options])

  --users N     seed N more people into an empty local Clerk (0 to 200000)
  --data DIR    data folder (default .rollcall, or ROLLCALL_DATA_DIR)
  --local       the local stack, even where .env.local names real services
  --verbose     show what the parts log
  --help        this text

Ports: PORT (web, 3000), CONVEX_PORT (3210), CONVEX_SITE_PORT (3211), CLERK_PORT (4400).
`;

/** Bounds `--users`: what the local Clerk is measured to load in seconds. */
const seedUsersMax = 200_000;

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || value > max) {
    throw new StackError(
      `${name} is "${text}", which is not a whole number from 0 to ${max}.`,
      `Set ${name} to such a number, or leave it out.`,
    );
  }
  return value;
}

function portFrom(env: NodeJS.ProcessEnv, name: PortName): number {
  const text = env[name];
  return text === undefined || text === '' ? defaultPorts[name] : wholeNumber(name, text, 65_535);
}

function parsed(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        dev: { type: 'boolean', default: false },
        users: { type: 'string', default: '0' },
        data: { type: 'string' },
        local: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new StackError(error instanceof Error ? error.message : String(error), usage);
  }
}

export function dataDirFrom(env: NodeJS.ProcessEnv, flag?: string): string {
  return path.resolve(rootDir, flag ?? (env.ROLLCALL_DATA_DIR || '.rollcall'));
}

function rateLimitsFrom(env: NodeJS.ProcessEnv): StackSettings['clerkRateLimits'] {
  const text = env.CLERK_RATE_LIMITS || 'production';
  if (text === 'off' || text === 'development' || text === 'production') return text;
  throw new StackError(
    `CLERK_RATE_LIMITS is "${text}".`,
    'Set it to off, development or production, or leave it out.',
  );
}

/** Reads flags and environment; `help` asks for the usage text instead of a start. */
export function readSettings(
  argv: string[],
  env: NodeJS.ProcessEnv = process.env,
): StackSettings | 'help' {
  const values = parsed(argv);
  if (values.help) return 'help';
  return {
    mode: values.dev ? 'development' : 'production',
    dataDir: dataDirFrom(env, values.data),
    ports: {
      PORT: portFrom(env, 'PORT'),
      CONVEX_PORT: portFrom(env, 'CONVEX_PORT'),
      CONVEX_SITE_PORT: portFrom(env, 'CONVEX_SITE_PORT'),
      CLERK_PORT: portFrom(env, 'CLERK_PORT'),
    },
    seedUsers: wholeNumber('--users', values.users, seedUsersMax),
    verbose: values.verbose,
    forceLocal: values.local,
    clerkRateLimits: rateLimitsFrom(env),
  };
}
