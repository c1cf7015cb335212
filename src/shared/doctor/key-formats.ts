import type { SettingName } from './setting-names';

function isUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

/** The Frontend API host that a publishable key carries in base64, closed by `$`. */
export function publishableKeyHost(key: string): string | undefined {
  const encoded = /^pk_(?:test|live)_([A-Za-z0-9+/_-]+=*)$/.exec(key)?.[1];
  if (encoded === undefined) return undefined;
  const host = /^([a-z0-9.-]+(?::\d+)?)\$$/i.exec(Buffer.from(encoded, 'base64').toString('utf8'));
  return host?.[1];
}

/** `whsec_` and base64; Svix accepts the bytes with or without padding. */
export function isWebhookSecretRing(value: string): boolean {
  const ring = value.trim().split(/\s+/);
  return ring.every((secret) => /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(secret));
}

export interface KeyFormat {
  wellFormed: (value: string) => boolean;
  /** What a well-formed one looks like. */
  looks: string;
  /** Where to find it. */
  from: string;
  /** Who needs it; optional ones are checked only when present. */
  needed: boolean;
}

const url: Pick<KeyFormat, 'wellFormed' | 'looks'> = {
  wellFormed: isUrl,
  looks: 'an http(s) address',
};

/** How each setting looks and where it comes from; also the content of `.env.example`. */
export const keyFormats: Record<SettingName, KeyFormat> = {
  CLERK_PUBLISHABLE_KEY: {
    wellFormed: (value) => publishableKeyHost(value) !== undefined,
    looks: 'pk_test_... or pk_live_...',
    from: 'Clerk Dashboard, API keys',
    needed: true,
  },
  CLERK_SECRET_KEY: {
    wellFormed: (value) => /^sk_(test|live)_[A-Za-z0-9_-]{10,}$/.test(value),
    looks: 'sk_test_... or sk_live_...',
    from: 'Clerk Dashboard, API keys',
    needed: true,
  },
  CLERK_WEBHOOK_SECRET: {
    wellFormed: isWebhookSecretRing,
    looks: 'whsec_... (several, separated by spaces, while one is being replaced)',
    from: 'Clerk Dashboard, Webhooks, the endpoint, Signing secret',
    needed: true,
  },
  CLERK_FRONTEND_API_URL: {
    ...url,
    from: 'Clerk Dashboard, API keys, Frontend API URL',
    needed: false,
  },
  CLERK_API_URL: {
    ...url,
    from: 'only for a Clerk other than https://api.clerk.com',
    needed: false,
  },
  CLERK_INSTANCE_ID: {
    wellFormed: (value) => /^ins_[A-Za-z0-9]+$/.test(value),
    looks: 'ins_...',
    from: 'Clerk Dashboard, Settings',
    needed: false,
  },
  CONVEX_URL: { ...url, from: 'Convex Dashboard, Settings, URL', needed: true },
  CONVEX_SITE_URL: { ...url, from: 'Convex Dashboard, Settings, HTTP actions URL', needed: true },
  CONVEX_SELF_HOSTED_URL: { ...url, from: 'your own Convex backend', needed: false },
  CONVEX_SELF_HOSTED_ADMIN_KEY: {
    wellFormed: (value) => value.length >= 16,
    looks: 'an admin key',
    from: 'your own Convex backend',
    needed: false,
  },
  CONVEX_DEPLOY_KEY: {
    wellFormed: (value) => /^[a-z]+:[^|]+\|\S{16,}$/.test(value),
    looks: 'prod:<deployment>|...',
    from: 'Convex Dashboard, Settings, Deploy keys',
    needed: false,
  },
  ROLLCALL_URL: { ...url, from: 'the public address of your web app', needed: false },
};
