import { z } from 'zod';

/**
 * The services whose credentials an organization can keep (E6). Forms, server checks and imports all
 * follow from this one list.
 */
export const credentialServices = ['cliniko', 'chatwoot'] as const;
export type CredentialService = (typeof credentialServices)[number];

/** How a credential came in. */
export const credentialOrigins = ['entered', 'fernet'] as const;

/** Longest secret that is taken; keys of these services are far shorter. */
const secretLengthMax = 512;

const secret = z
  .string()
  .trim()
  .min(8, 'is too short to be a key')
  .max(secretLengthMax, 'is too long to be a key')
  .regex(/^[\u0021-\u007e]+$/, 'holds blanks or characters that no key has');

/** Cliniko's shards: two letters and two digits at most (`au1`, `uk2`, ...). */
const region = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z]{2}\d{1,2}$/, 'is no region: it looks like au1, uk2 or us1');

export const chatwootHosted = 'https://app.chatwoot.com';

/** Only the origin counts; an address with a name, a key or a path in it was pasted by mistake. */
const httpsOrigin = z
  .string()
  .trim()
  .max(200, 'is too long')
  .refine(
    isHttpsOrigin,
    'must be an https address without a path, such as https://app.chatwoot.com',
  )
  .transform((address) => new URL(address).origin);

function isHttpsOrigin(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  const bare = url.pathname === '/' && url.search === '' && url.hash === '';
  return url.protocol === 'https:' && bare && url.username === '' && url.password === '';
}

export const credentialSchemas = {
  cliniko: z.strictObject({ api_key: secret, region }),
  chatwoot: z.strictObject({
    api_token: secret,
    account_id: z
      .string()
      .trim()
      .regex(/^\d{1,12}$/, 'is a number, as in the address of the account'),
    base_url: httpsOrigin.default(chatwootHosted),
  }),
} satisfies Record<CredentialService, z.ZodType>;

export type CredentialFields = {
  [S in CredentialService]: z.infer<(typeof credentialSchemas)[S]>;
};

export interface CredentialFieldInfo {
  name: string;
  label: string;
  /** Where to find it. */
  hint: string;
  secret: boolean;
  /** What the form starts with. */
  initial: string;
  placeholder: string;
}

interface ServiceInfo {
  label: string;
  /** The field whose last four characters are kept. */
  secretField: string;
  fields: CredentialFieldInfo[];
}

/** What forms show of each service; names match the schemas (tested). */
export const credentialServiceInfo: Record<CredentialService, ServiceInfo> = {
  cliniko: {
    label: 'Cliniko',
    secretField: 'api_key',
    fields: [
      {
        name: 'api_key',
        label: 'API key',
        hint: 'Cliniko, My Info, Manage API keys',
        secret: true,
        initial: '',
        placeholder: 'MS0x…-au1',
      },
      {
        name: 'region',
        label: 'Region',
        hint: 'The end of the key and of the address: au1, uk2, us1, …',
        secret: false,
        initial: '',
        placeholder: 'au1',
      },
    ],
  },
  chatwoot: {
    label: 'Chatwoot',
    secretField: 'api_token',
    fields: [
      {
        name: 'api_token',
        label: 'Access token',
        hint: 'Chatwoot, Profile settings, Access token',
        secret: true,
        initial: '',
        placeholder: '',
      },
      {
        name: 'account_id',
        label: 'Account id',
        hint: 'The number behind /accounts/ in the address',
        secret: false,
        initial: '',
        placeholder: '1',
      },
      {
        name: 'base_url',
        label: 'Address',
        hint: 'Your own Chatwoot, or the hosted app',
        secret: false,
        initial: chatwootHosted,
        placeholder: chatwootHosted,
      },
    ],
  },
};

/** Longest Fernet token and key that an import takes. */
export const fernetTokenLengthMax = 8_192;
