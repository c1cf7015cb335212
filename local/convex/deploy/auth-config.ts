import { z } from 'zod';
import type { AuthProvider } from '../engine/contract';
import type { LinkedModule } from '../functions/link-module';
import { ScriptModules } from '../functions/script-modules';
import { TransactionRealm } from '../functions/transaction-realm';
import type { Env } from './environment';
import { PushError } from './push-error';

export const authConfigPath = 'auth.config.js';

const provider = z.union([
  z.strictObject({
    type: z.literal('customJwt'),
    issuer: z.string().min(1),
    jwks: z.string().min(1),
    algorithm: z.enum(['RS256', 'ES256']),
    applicationID: z.string().optional(),
  }),
  z.strictObject({ domain: z.string().min(1), applicationID: z.string().min(1) }),
]);
const authConfig = z.strictObject({ providers: z.array(provider) });

/** Which environment variables `auth.config.ts` asked for and did not get, and what to use. */
export interface AuthEnv {
  env: Env;
  /** Stands in for unset names; without it an unset name is an error, as on Convex. */
  placeholder?: string;
}

/** Evaluates the app's `auth.config.ts` in the deployment's environment. */
export function evaluateAuthConfig(
  modules: ReadonlyMap<string, LinkedModule>,
  { env, placeholder }: AuthEnv,
): AuthProvider[] {
  if (!modules.has(authConfigPath)) return [];
  const realm = new TransactionRealm({ scripts: new ScriptModules('auth', modules), env: {} });
  let missing: string | undefined;
  realm.setEnv(
    new Proxy(env, {
      get(target, name) {
        if (typeof name !== 'string') return undefined;
        if (Object.hasOwn(target, name)) return target[name];
        missing ??= name;
        return placeholder;
      },
    }),
  );
  const result = realm.evaluate(authConfigPath, (exports) =>
    JSON.stringify(exports['default'] ?? null),
  );
  if (missing !== undefined && placeholder === undefined) {
    throw new PushError(
      'AuthConfigMissingEnvironmentVariable',
      `Environment variable ${missing} is used in auth config file but its value was not set`,
    );
  }
  if ('error' in result) throw invalid(result.error.message);
  const parsed = authConfig.safeParse(JSON.parse(result.value));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(
      `${issue?.path.join('.') || 'the default export'}: ${issue?.message ?? 'unexpected shape'}`,
    );
  }
  return parsed.data.providers.map(toProvider);
}

function toProvider(config: z.infer<typeof provider>): AuthProvider {
  if ('domain' in config) {
    const issuer = /^https?:\/\//.test(config.domain) ? config.domain : `https://${config.domain}`;
    return { kind: 'oidc', issuer, applicationId: config.applicationID };
  }
  const { issuer, jwks, algorithm, applicationID } = config;
  return {
    kind: 'customJwt',
    issuer,
    jwksUrl: jwks,
    algorithm,
    ...(applicationID === undefined ? {} : { applicationId: applicationID }),
  };
}

function invalid(reason: string): PushError {
  return new PushError(
    'InvalidAuthConfig',
    `auth.config.ts: ${reason}. It must export default { providers: [{ domain, applicationID }] } (see https://docs.convex.dev/auth).`,
  );
}
