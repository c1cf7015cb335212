/* eslint-disable */
import type { ApiFromModules, FilterApi, FunctionReference } from 'convex/server';
import type * as admin from '../admin.js';
import type * as clerk from '../clerk.js';
import type * as maintenance from '../maintenance.js';
import type * as outbox from '../outbox.js';
import type * as users from '../users.js';
import type * as webhooks from '../webhooks.js';
declare const fullApi: ApiFromModules<{
  admin: typeof admin;
  clerk: typeof clerk;
  maintenance: typeof maintenance;
  outbox: typeof outbox;
  users: typeof users;
  webhooks: typeof webhooks;
}>;
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, 'public'>>;
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, 'internal'>>;
export declare const components: {
  workpool: import('@convex-dev/workpool/_generated/component.js').ComponentApi<'workpool'>;
  rateLimiter: import('@convex-dev/rate-limiter/_generated/component.js').ComponentApi<'rateLimiter'>;
  aggregate: import('@convex-dev/aggregate/_generated/component.js').ComponentApi<'aggregate'>;
};
