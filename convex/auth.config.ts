import type { AuthConfig } from 'convex/server';
import { apiTokenAudience, apiTokenIssuer, keySetPath } from '../src/shared/api-tokens';

export default {
  providers: [
    /** Tokens of Clerk's "convex" JWT template: its issuer, and the audience `convex` (B6). */
    { domain: process.env.CLERK_FRONTEND_API_URL ?? '', applicationID: 'convex' },
    /**
     * What this deployment's own exchange signs for an API token (decision 8). The key set comes from
     * its HTTP actions: Convex refuses a push that reads an unset name here, and API tokens are optional.
     */
    {
      type: 'customJwt',
      issuer: apiTokenIssuer,
      applicationID: apiTokenAudience,
      jwks: `${process.env.CONVEX_SITE_URL ?? ''}${keySetPath}`,
      algorithm: 'ES256',
    },
  ],
} satisfies AuthConfig;
