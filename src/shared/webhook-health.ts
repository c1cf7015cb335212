/**
 * `healthy` = Clerk and we agree and events came lately; `quiet` = we agree and nothing came for a
 * while; `late` = something is missing, but not for long or not everything; `dead` = deliveries have
 * stopped; `unknown` = nothing can be said yet.
 */
export const healthStates = ['healthy', 'quiet', 'late', 'dead', 'unknown'] as const;
export type HealthState = (typeof healthStates)[number];

/** Why the webhook route refused a request. Counted, never kept one by one. */
export const refusalReasons = [
  'badSignature',
  'clockSkew',
  'malformed',
  'tooLarge',
  'noSecret',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** Why webhooks are late or dead, or cannot be judged: the cause a person reads, and the remedy. */
export const healthCauses = {
  noSecret: {
    text: 'No signing secret is set, so every event is refused.',
    remedy: 'Set CLERK_WEBHOOK_SECRET on the Convex deployment to the secret of the endpoint.',
  },
  wrongInstance: {
    text: 'The events that arrive belong to another Clerk instance.',
    remedy:
      'Point the endpoint of this instance here, and remove that of the other one; or correct CLERK_INSTANCE_ID.',
  },
  wrongSecret: {
    text: 'Events arrive, but none of our signing secrets fits them.',
    remedy:
      'Copy the signing secret of the endpoint into CLERK_WEBHOOK_SECRET; during a rotation keep both, separated by a space.',
  },
  clockSkew: {
    text: 'Events are signed by our secret but bear a time more than five minutes off.',
    remedy: 'Set the clock of the server that runs Convex, or look for what delays the requests.',
  },
  malformed: {
    text: 'Requests arrive without usable Svix headers, or with a body changed on the way.',
    remedy:
      'Look at the proxy between Clerk and this address: headers and body must pass untouched.',
  },
  eventsFailing: {
    text: 'Events arrive and are genuine, but applying them fails.',
    remedy: 'Look at the failed deliveries and the log, then run a sync.',
  },
  routeUnreachable: {
    text: 'The webhook address does not answer.',
    remedy: 'Check the address, its proxy and certificate; GET on it must answer 405.',
  },
  neverArrived: {
    text: 'No event of Clerk has ever arrived.',
    remedy:
      "Add <Convex site URL>/clerk-users-webhook as an endpoint in Clerk's dashboard, with user, organization and organizationMembership events.",
  },
  eventsNotSubscribed: {
    text: 'Events of one kind arrive, those of the other do not.',
    remedy:
      "Subscribe the endpoint in Clerk's dashboard to all user, organization and organizationMembership events.",
  },
  endpointDisabled: {
    text: 'The address answers and refuses nothing, yet Clerk stopped sending: the endpoint is disabled, paused or removed.',
    remedy: "Enable the endpoint in Clerk's dashboard (Webhooks), then run a sync.",
  },
  someMissing: {
    text: 'Events arrive, but some changes in Clerk never reached us.',
    remedy: 'Run a sync to catch up, and look at the failed messages of the endpoint in Clerk.',
  },
  clerkNotAsked: {
    text: 'Clerk could not be asked what changed lately.',
    remedy: 'Check CLERK_SECRET_KEY on the Convex deployment with `npm run doctor`.',
  },
} as const satisfies Record<string, { text: string; remedy: string }>;

export type HealthCause = keyof typeof healthCauses;
// The keys of a closed table; Object.keys forgets their type.
export const healthCauseNames = Object.keys(healthCauses) as HealthCause[];
