import { createEnv } from '@t3-oss/env-core';
import { z } from 'zod';
import { parseKeys } from './server/credentials/key-ring';

const httpUrl = z
  .url({ protocol: /^https?$/, message: 'must be an http(s) URL' })
  .transform((url) => url.replace(/\/+$/, ''));

/** Clerk's publishable key carries its Frontend API host in base64, closed by a `$`. */
function isPublishableKey(key: string): boolean {
  const encoded = /^pk_(?:test|live)_([A-Za-z0-9+/_-]+=*)$/.exec(key)?.[1];
  if (!encoded) return false;
  return /^[a-z0-9.-]+(?::\d+)?\$$/i.test(Buffer.from(encoded, 'base64').toString('utf8'));
}

const server = {
  CLERK_PUBLISHABLE_KEY: z.string().refine(isPublishableKey, {
    message:
      'must be a publishable key (pk_test_... or pk_live_...) from the Clerk Dashboard, API keys',
  }),
  CLERK_SECRET_KEY: z.string().regex(/^sk_(?:test|live)_\S+$/, {
    message: 'must be a secret key (sk_test_... or sk_live_...) from the Clerk Dashboard, API keys',
  }),
  /** Where browser and server find the Convex functions. */
  CONVEX_URL: httpUrl,
  /** Where the Convex HTTP actions are (webhooks). */
  CONVEX_SITE_URL: httpUrl,
  CLERK_PROXY_URL: httpUrl.optional(),
  CLERK_API_URL: httpUrl.optional(),
  CLERK_JS_URL: httpUrl.optional(),
  CLERK_UI_URL: httpUrl.optional(),
  /** Clerk's dashboard, where it is not Clerk's own: the local stand-in's. */
  CLERK_DASHBOARD_URL: httpUrl.optional(),
  CLERK_JWT_KEY: z
    .string()
    .includes('PUBLIC KEY', { message: 'must be the PEM public key of the Clerk instance' })
    .optional(),
  /** The public address of this app, where it differs from what requests say. */
  ROLLCALL_URL: httpUrl.optional(),
  /** Seals credentials of organizations (E6): the first key seals, all of them open. */
  CREDENTIALS_ENCRYPTION_KEY: z
    .string()
    .refine((setting) => parseKeys(setting) !== undefined, {
      message:
        'must be one or more keys of 32 bytes in base64 or hex, separated by blanks: openssl rand -base64 32',
    })
    .optional(),
  /** Stand-ins for the services of the vault, for tests; unset, the real ones are asked. */
  CLINIKO_API_URL: httpUrl.optional(),
  CHATWOOT_API_URL: httpUrl.optional(),
  /** In either case: Convex's own parts write theirs in capitals. */
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']))
    .default('info'),
};

const remedies: Record<string, string> = {
  CLERK_PUBLISHABLE_KEY: 'Clerk Dashboard -> API keys',
  CLERK_SECRET_KEY: 'Clerk Dashboard -> API keys',
  CONVEX_URL: 'Convex Dashboard -> Settings -> URL, https://<deployment>.convex.cloud',
  CONVEX_SITE_URL: 'Convex Dashboard -> Settings -> URL, https://<deployment>.convex.site',
};

/** The name that an issue is about; issues of this schema are about exactly one. */
function environmentName(segment: unknown): string {
  return typeof segment === 'string' ? segment : 'environment';
}

/** Raised at boot with one line for every missing or malformed name (requirement B9). */
export class EnvironmentError extends Error {
  readonly problems: { name: string; problem: string }[];

  constructor(problems: { name: string; problem: string }[]) {
    const lines = problems.map(({ name, problem }) => {
      const remedy = remedies[name];
      return `  ${name}: ${problem}${remedy ? ` (${remedy})` : ''}`;
    });
    super(
      `Rollcall cannot start: ${problems.length === 1 ? 'a setting is' : `${problems.length} settings are`} missing or malformed.\n` +
        `${lines.join('\n')}\n` +
        'Set them in .env.local (see .env.example), or run `npm start` for the local stack, which sets all of them. `npm run doctor` checks each one.',
    );
    this.name = 'EnvironmentError';
    this.problems = problems;
  }
}

/**
 * Parses the environment of the web server; throws `EnvironmentError` naming everything that is
 * wrong at once. Values are never part of the message.
 */
export function parseServerEnv(source: Record<string, string | undefined>) {
  return createEnv({
    server,
    runtimeEnv: source,
    emptyStringAsUndefined: true,
    isServer: true,
    onValidationError: (issues) => {
      throw new EnvironmentError(
        issues.map((issue) => {
          const name = environmentName(issue.path?.[0]);
          return { name, problem: source[name] ? `malformed, ${issue.message}` : 'missing' };
        }),
      );
    },
  });
}

export type ServerEnv = ReturnType<typeof parseServerEnv>;

let parsed: ServerEnv | undefined;

/** The environment, parsed on first use; `src/server.ts` makes that the start of the process. */
export function serverEnv(): ServerEnv {
  parsed ??= parseServerEnv(process.env);
  return parsed;
}
