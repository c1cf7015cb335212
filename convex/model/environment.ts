import { parseSigningKey } from '../../src/shared/api-tokens';

/** The deployment's settings: read here only, by name, never returned by value. */

export type SettingState = 'ok' | 'missing' | 'malformed';

export interface SettingFinding {
  name: string;
  required: boolean;
  state: SettingState;
  /** What to do about it; empty when nothing is to be done. */
  remedy: string;
}

interface Setting {
  name: string;
  value: string | undefined;
  required: boolean;
  wellFormed: (value: string) => boolean;
  remedy: string;
}

const httpUrl = (value: string) => /^https?:\/\/[^\s/]+/.test(value);
const secretKey = (value: string) => /^sk_(test|live)_\S+$/.test(value);
const signingSecrets = (value: string) =>
  value.split(/\s+/).every((secret) => /^whsec_[A-Za-z0-9+/]+=*$/.test(secret));

/** Convex reads each variable by its own name, so each is written out. */
function settings(): Setting[] {
  return [
    {
      name: 'CLERK_FRONTEND_API_URL',
      value: process.env.CLERK_FRONTEND_API_URL,
      required: true,
      wellFormed: httpUrl,
      remedy:
        "Set it to the issuer of Clerk's JWT template, for example https://x.clerk.accounts.dev",
    },
    {
      name: 'CLERK_WEBHOOK_SECRET',
      value: process.env.CLERK_WEBHOOK_SECRET,
      required: true,
      wellFormed: (value) => signingSecrets(value.trim()),
      remedy: "Set it to the signing secret (whsec_...) of Clerk's webhook endpoint",
    },
    {
      name: 'CLERK_SECRET_KEY',
      value: process.env.CLERK_SECRET_KEY,
      required: true,
      wellFormed: (value) => secretKey(value.trim()),
      remedy: 'Set it to a secret key (sk_test_... or sk_live_...) of the same Clerk instance',
    },
    {
      name: 'CLERK_API_URL',
      value: process.env.CLERK_API_URL,
      required: false,
      wellFormed: httpUrl,
      remedy: 'Leave it unset for https://api.clerk.com, or set it to a full URL',
    },
    {
      name: 'CLERK_RATE_LIMITS',
      value: process.env.CLERK_RATE_LIMITS,
      required: false,
      wellFormed: (value) => ['production', 'development'].includes(value.trim()),
      remedy: 'Leave it unset to go by the key, or set it to production or development',
    },
    {
      name: 'CLERK_INSTANCE_ID',
      value: process.env.CLERK_INSTANCE_ID,
      required: false,
      wellFormed: (value) => /^ins_\w+$/.test(value),
      remedy: 'Leave it unset to learn it from the first webhook, or set it to ins_...',
    },
    {
      name: 'ROLLCALL_URL',
      value: process.env.ROLLCALL_URL,
      required: false,
      wellFormed: httpUrl,
      remedy: 'Set it to the address of the web app, so that invitations lead to its sign-up page',
    },
    {
      name: 'BOOTSTRAP_SUPERADMIN_EMAILS',
      value: process.env.BOOTSTRAP_SUPERADMIN_EMAILS,
      required: false,
      wellFormed: (value) => splitEmails(value).every((email) => /^[^@\s]+@[^@\s]+$/.test(email)),
      remedy: 'List addresses separated by commas or spaces',
    },
    {
      name: 'API_TOKEN_SIGNING_KEY',
      value: process.env.API_TOKEN_SIGNING_KEY,
      required: false,
      wellFormed: (value) => parseSigningKey(value.trim()) !== null,
      remedy:
        'Set it to what `npm run rollcall -- tokens new-key` prints, or leave it unset to have no API tokens',
    },
  ];
}

/** Every setting with its state; values never leave this file. */
export function inspectSettings(): SettingFinding[] {
  return settings().map(({ name, value, required, wellFormed, remedy }) => {
    const present = value !== undefined && value.trim() !== '';
    const state: SettingState = !present ? 'missing' : wellFormed(value) ? 'ok' : 'malformed';
    const quiet = state === 'ok' || (state === 'missing' && !required);
    return { name, required, state, remedy: quiet ? '' : remedy };
  });
}

export type ClerkApi =
  | { ok: true; baseUrl: string; secretKey: string; instance: 'development' | 'production' }
  | { ok: false; reason: string };

/** For actions only: holds the key. */
export function clerkApi(): ClerkApi {
  const key = process.env.CLERK_SECRET_KEY?.trim() ?? '';
  if (key === '') return { ok: false, reason: 'CLERK_SECRET_KEY is not set on the deployment' };
  if (!secretKey(key)) return { ok: false, reason: 'CLERK_SECRET_KEY is not a Clerk secret key' };
  return { ok: true, ...clerkApiWith(key), instance: instanceOf(key) };
}

/** The address of Clerk's Backend API, with a key that need not be the deployment's own. */
export function clerkApiWith(secretKey: string): { baseUrl: string; secretKey: string } {
  const url = process.env.CLERK_API_URL?.trim() || 'https://api.clerk.com';
  return { baseUrl: url.replace(/\/+$/, ''), secretKey };
}

/**
 * Which of Clerk's rate limits apply: as `CLERK_RATE_LIMITS` says, or by the key; development when
 * neither says so.
 */
export function clerkInstanceKind(): 'development' | 'production' {
  const named = process.env.CLERK_RATE_LIMITS?.trim();
  if (named === 'production' || named === 'development') return named;
  return instanceOf(process.env.CLERK_SECRET_KEY?.trim() ?? '');
}

/** Rule 5: the ring of signing secrets; empty = nothing can be verified. */
export function webhookSecrets(): string[] {
  return (process.env.CLERK_WEBHOOK_SECRET ?? '').split(/\s+/).filter((secret) => secret !== '');
}

/** For the exchange of API tokens only: holds the key. Undefined = there are no API tokens. */
export function apiTokenSigningKey(): string | undefined {
  return process.env.API_TOKEN_SIGNING_KEY?.trim() || undefined;
}

/** Whether tokens of `issuer` are taken; null when one of the two is not known. */
export function trustsIssuer(issuer: string | undefined): boolean | null {
  const trusted = process.env.CLERK_FRONTEND_API_URL?.trim() ?? '';
  if (issuer === undefined || trusted === '') return null;
  return trusted.replace(/\/+$/, '') === issuer.replace(/\/+$/, '');
}

export function configuredInstanceId(): string | undefined {
  return process.env.CLERK_INSTANCE_ID?.trim() || undefined;
}

/** Where the web app is, without a slash at the end, for links in invitations. */
export function appUrl(): string | undefined {
  const url = process.env.ROLLCALL_URL?.trim().replace(/\/+$/, '') ?? '';
  return httpUrl(url) ? url : undefined;
}

/** Rule 7: who becomes the first owner, by verified primary address. */
export function isBootstrapEmail(email: string): boolean {
  return splitEmails(process.env.BOOTSTRAP_SUPERADMIN_EMAILS ?? '').includes(email.toLowerCase());
}

function splitEmails(list: string): string[] {
  return list
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter((email) => email !== '');
}

function instanceOf(key: string): 'development' | 'production' {
  return key.startsWith('sk_live_') ? 'production' : 'development';
}
