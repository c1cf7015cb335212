import type { AuthConfig } from 'convex/server';

/** Tokens of Clerk's "convex" JWT template: its issuer, and the audience `convex` (B6). */
export default {
  providers: [{ domain: process.env.CLERK_FRONTEND_API_URL ?? '', applicationID: 'convex' }],
} satisfies AuthConfig;
