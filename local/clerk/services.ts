import type { FaultPlan } from './backend/faults';
import type { RateLimits } from './backend/rate-limits';
import type { Clock } from './clock';
import type { InstanceKeys } from './keys';
import type { ClerkStore } from './store/clerk-store';
import type { TokenIssuer } from './tokens';

/** What every handler can reach: one per running local Clerk. */
export interface ClerkServices {
  /** Own base address without a trailing slash: also the issuer of every token. */
  readonly url: string;
  keys: InstanceKeys;
  clock: Clock;
  store: ClerkStore;
  tokens: TokenIssuer;
  rateLimits: RateLimits;
  faults: FaultPlan;
}
