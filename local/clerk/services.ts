import type { FaultPlan } from './backend/faults';
import type { RateLimits } from './backend/rate-limits';
import type { Clock } from './clock';
import type { InstanceKeys } from './keys';
import type { PeopleLoader } from './seed/load-people';
import type { ClerkStore } from './store/clerk-store';
import type { TokenIssuer } from './tokens';
import type { WebhookCenter } from './webhooks/webhook-center';

/** What every handler can reach: one per running local Clerk. */
export interface ClerkServices {
  /** Own base address without a trailing slash: also the issuer of every token. */
  readonly url: string;
  /** Folder of this instance's state; files (pictures) go into folders of their own in it. */
  dataDir: string;
  keys: InstanceKeys;
  /** Secret keys besides the one of `keys`, until the process ends: Clerk lets several be live. */
  moreSecretKeys: Set<string>;
  clock: Clock;
  store: ClerkStore;
  tokens: TokenIssuer;
  webhooks: WebhookCenter;
  rateLimits: RateLimits;
  faults: FaultPlan;
  people: PeopleLoader;
}
