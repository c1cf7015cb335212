import { expectedIssuer } from './check-keys';
import { guarded, notOk, ok, type Finding } from './finding';
import { ask, member, type Answer } from './http';
import type { CheckedSettings } from './setting-names';

const clerkApi = 'https://api.clerk.com';

function apiUrl({ values }: CheckedSettings): string {
  return (values.CLERK_API_URL ?? clerkApi).replace(/\/+$/, '');
}

function silent(url: string, reason: string): { detail: string; remedy: string } {
  return {
    detail: `${url} does not answer: ${reason}`,
    remedy: 'Local stack: is npm start running? Else check the network and the address.',
  };
}

function askClerk(settings: CheckedSettings, path: string): Promise<Answer> {
  const key = settings.values.CLERK_SECRET_KEY ?? '';
  return ask(`${apiUrl(settings)}${path}`, { headers: { authorization: `Bearer ${key}` } });
}

async function checkKey(settings: CheckedSettings): Promise<Finding> {
  const subject = { id: 'clerk.key', title: 'Clerk accepts the secret key' };
  const answer = await askClerk(settings, '/v1/instance');
  if (answer.kind === 'silent') {
    return notOk(subject, 'problem', silent(apiUrl(settings), answer.reason));
  }
  if (answer.status === 401 || answer.status === 403) {
    const remedy = 'Copy it again from the Clerk Dashboard, API keys.';
    return notOk(subject, 'problem', {
      detail: 'The Clerk secret key is invalid or expired.',
      remedy,
    });
  }
  if (answer.status !== 200) {
    const remedy = 'See status.clerk.com, or the local Clerk in <data>/logs/clerk.log.';
    return notOk(subject, 'problem', {
      detail: `GET /v1/instance answers ${answer.status}`,
      remedy,
    });
  }
  const kind = member(answer.body, 'environment_type');
  return ok(subject, `${apiUrl(settings)}${typeof kind === 'string' ? `, ${kind}` : ''}`);
}

async function checkDiscovery(issuer: string): Promise<Finding> {
  const subject = { id: 'clerk.issuer', title: 'Issuer answers OIDC discovery' };
  const url = `${issuer}/.well-known/openid-configuration`;
  const answer = await ask(url);
  if (answer.kind === 'silent') return notOk(subject, 'problem', silent(url, answer.reason));
  const said = member(answer.body, 'issuer');
  if (said === issuer) return ok(subject, issuer);
  return notOk(subject, 'problem', {
    detail:
      answer.status === 200
        ? `${url} names the issuer ${JSON.stringify(said)}, not ${issuer}`
        : `${url} answers ${answer.status}`,
    remedy: 'Set CLERK_FRONTEND_API_URL to the Frontend API URL of the Clerk Dashboard, API keys.',
  });
}

async function checkJwks(issuer: string): Promise<Finding> {
  const subject = { id: 'clerk.jwks', title: 'Issuer publishes its signing keys' };
  const url = `${issuer}/.well-known/jwks.json`;
  const answer = await ask(url);
  if (answer.kind === 'silent') return notOk(subject, 'problem', silent(url, answer.reason));
  const keys = member(answer.body, 'keys');
  if (Array.isArray(keys) && keys.length > 0) return ok(subject, `${keys.length} at ${url}`);
  return notOk(subject, 'problem', {
    detail: `${url} answers ${answer.status} without keys`,
    remedy: 'Without keys nobody can sign in to Convex: check CLERK_FRONTEND_API_URL.',
  });
}

/** The name of the token template, and the audience that `convex/auth.config.ts` expects. */
const convexTemplate = 'convex';

/** Convex takes a token only when the template sets this audience (B6). */
async function checkTemplate(settings: CheckedSettings): Promise<Finding> {
  const subject = { id: 'clerk.template', title: 'JWT template "convex" with audience "convex"' };
  const answer = await askClerk(settings, '/v1/jwt_templates?limit=100');
  const remedy =
    'Clerk Dashboard: switch on the Convex integration, or add a JWT template named convex with {"aud": "convex"}.';
  if (answer.kind === 'silent' || answer.status !== 200) {
    const detail = answer.kind === 'silent' ? answer.reason : `Clerk answers ${answer.status}`;
    return notOk(subject, 'warning', { detail: `could not be read: ${detail}`, remedy });
  }
  const list = Array.isArray(answer.body) ? answer.body : member(answer.body, 'data');
  const templates: unknown[] = Array.isArray(list) ? list : [];
  const template = templates.find((entry) => member(entry, 'name') === convexTemplate);
  if (template === undefined) return notOk(subject, 'problem', { detail: 'there is none', remedy });
  const audience = member(member(template, 'claims'), 'aud');
  if (audience === convexTemplate) return ok(subject, 'as Convex expects');
  return notOk(subject, 'problem', {
    detail: `its audience is ${JSON.stringify(audience)}`,
    remedy,
  });
}

/** The id of the instance that the key belongs to; events of any other are refused. */
export async function clerkInstanceId(settings: CheckedSettings): Promise<string | undefined> {
  const answer = await askClerk(settings, '/v1/instance');
  const id = answer.kind === 'answered' ? member(answer.body, 'id') : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Key, token template, issuer, signing keys. */
export async function checkClerk(settings: CheckedSettings): Promise<Finding[]> {
  const issuer = expectedIssuer(settings);
  const checks: Promise<Finding>[] = [];
  // Its absence is a finding of the settings already.
  if (settings.values.CLERK_SECRET_KEY) {
    checks.push(
      guarded({ id: 'clerk.key', title: 'Secret key' }, () => checkKey(settings)),
      guarded({ id: 'clerk.template', title: 'JWT template' }, () => checkTemplate(settings)),
    );
  }
  if (issuer !== undefined) {
    checks.push(
      guarded({ id: 'clerk.issuer', title: 'Issuer' }, () => checkDiscovery(issuer)),
      guarded({ id: 'clerk.jwks', title: 'Signing keys' }, () => checkJwks(issuer)),
    );
  }
  return Promise.all(checks);
}
