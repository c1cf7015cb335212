import { syncChangesKeptDays, syncDetailsKeptDays } from '../../src/shared/sync';

/** Numbers of the backend, each with its unit and where it comes from. */

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Webhook bodies: Clerk's largest user payload stays far below. */
export const webhookBodyBytesMax = 256 * 1024;

/** Receipts are kept a little longer than Svix keeps messages for a resend. */
export const deliveriesKeptMs = 90 * dayMs;

/** What a delivery said is kept for less: long enough to look into trouble, short for personal data. */
export const payloadsKeptMs = 30 * dayMs;

/** Kept payloads of an erased person that one transaction empties; a job does the rest. */
export const payloadsScrubbedAtOnce = 200;

/** Settled intents prove old echoes ours; Svix's last retry comes after 28 hours. */
export const intentsKeptMs = 14 * dayMs;

/** Rows that one run of a maintenance job touches, far below the write limit of a mutation. */
export const maintenanceBatch = 500;

/** People whom one step of a recount reads. */
export const recountBatch = 500;

/** A first recount without a step for so long has lost its next one. */
export const recountStalledMs = minuteMs;

/** Memberships that one transaction buries with a deleted person or organization. */
export const membershipsBuriedAtOnce = 200;

/** Clerk's Backend API is given this long for one request. */
export const clerkTimeoutMs = 30_000;

/** Waits of 1 s, 2 s, 4 s ... and at most this long between attempts: about 15 minutes in all. */
export const pushBackoffMsMax = 5 * minuteMs;
export const pushBackoffMsFirst = 1_000;
export const pushAttemptsMax = 11;

/** A `Retry-After` is obeyed up to here; a longer one is cut, so that a bad header cannot park us. */
export const retryAfterMsMax = 15 * minuteMs;

/** An attempt that has not reported after this long was lost: timeout plus room for its report. */
export const attemptLostMs = clerkTimeoutMs + 2 * minuteMs;

/** A queued intent that nobody took up for this long past its time is handed to the pool again. */
export const intentForgottenMs = 2 * minuteMs;

/** Requests at once to Clerk's Backend API. */
export const pushParallelism = 8;

/** Audit entries that one call of `admin:verifyAudit` checks. */
export const auditPageMax = 500;

/** Live API tokens at once: one each for more machines than a list can show well. */
export const liveTokensMax = 200;

/** Ended API tokens stay listed this long. */
export const tokensKeptMs = 90 * dayMs;

/** The last use of an API token is written at most this often. */
export const tokenUseWrittenMs = minuteMs;
/** People that one step of a bulk change changes: about a tenth of a second of a small machine. */
export const bulkBatch = 20;

/** People that one step of collecting takes in. */
export const bulkCollectBatch = 400;

/** A bulk job that made no step for this long was interrupted and is taken up again. */
export const bulkRestMs = 2 * minuteMs;

/** Bulk jobs and what became of each person are kept this long after their end. */
export const bulkJobsKeptMs = 30 * dayMs;

/** Credentials of one organization that its page shows: current ones and their history. */
export const credentialsListedMax = 50;

/** A sealed credential: a few hundred characters of secret and their envelope. */
export const envelopeLengthMax = 8_192;

/** Envelopes that one request of a key rotation seals anew, and up to where it counts them. */
export const rotationBatch = 20;
export const rotationCountMax = 1_000;

/**
 * Role changes from Clerk are counted over an hour: a script that has gone wrong is through with
 * everybody in minutes, even at Clerk's pace for one key, while the appointments of a day's ordinary
 * work do not add up. Counted in slots, so that the count is one small row and never resets at once.
 */
export const roleBrakeWindowMs = 60 * minuteMs;
export const roleBrakeSlotMs = 5 * minuteMs;

/** Held roles that one run of a job decides: each may write a row, an intent and a counter. */
export const brakeBatch = 25;

/** Clerk's own lifetime of an invitation, which we leave as it is. */
export const invitationLastsMs = 30 * dayMs;

/** A request for an invitation that we stopped waiting for may reach Clerk this much later. */
export const invitationDoubtMs = 60 * minuteMs;

/** Invitations that one look at Clerk compares. */
export const invitationsComparedMax = 100;

/** When a secret was last used is written no more often than this, so that ingest is not slowed. */
export const secretUseWrittenEveryMs = minuteMs;

/** Refusals are counted in memory and written no more often than this, whatever a flood brings. */
export const refusalsWrittenEveryMs = 5_000;

/**
 * An event whose mutation fails is parked after so many attempts over so long: Svix tries at 0 s,
 * 5 s, 5 min, 35 min and 2.5 h, so that a deployment in trouble for an hour parks nothing.
 */
export const failedAttemptsMax = 5;
export const failedForMsMin = 60 * minuteMs;

/** Svix's last retry comes after 28 hours. */
export const failedEventsKeptMs = 3 * dayMs;

/** Acknowledged alarms; the audit log keeps what they were about. */
export const alarmsKeptMs = 90 * dayMs;

/** Open alarms that a badge counts one by one. */
export const alarmsCountedMax = 99;

/** Newest changes in Clerk that the canary compares. */
export const canaryLooksAt = 20;

/** A change in Clerk may take this long: delivery, and the first two retries of Svix (5 s, 5 min). */
export const webhookGraceMs = 2 * minuteMs;
export const webhookDeadAfterMs = 10 * minuteMs;

/** Refusals older than this say nothing about why an event is missing now. */
export const refusalsCountForMs = 60 * minuteMs;

/** Without an event for so long, all that can be said is that nothing is missing. */
export const webhookQuietAfterMs = dayMs;

/** Less would prune what an incident is looked into with. */
export const auditDaysKeptMin = 30;

/** Audit entries that one run of retention prunes. */
export const auditPruneBatch = 500;
/** A driver of a sync that is silent for this long is gone; it reports at least every third of it. */
export const syncLeaseMs = 15_000;
export const syncHeartbeatMs = 5_000;

/** One job drives a sync for this long, then hands over: far below what an action may take. */
export const syncDriveMsMax = 4 * minuteMs;
/** A pasted key cannot be handed over: its action has this long in all; Convex allows 30 minutes. */
export const syncPastedMsMax = 25 * minuteMs;

/** The rate shown is measured over at least this long. */
export const syncRateWindowMs = 1_000;

/** Clerk's largest page. */
export const syncPageSize = 500;

/** Stretches of the list of people that are read side by side; a page of each is fetched ahead. */
export const syncSlicesMax = 4;
/** Fewer people than this are not worth another slice. */
export const syncSliceMin = 2_000;

/** A batch for one mutation: far below 16 MiB of arguments, reads and writes each. */
export const syncBatchCharsMax = 1_500_000;
/** Changed people in one mutation: each takes merges, intents and audit entries of its own. */
export const syncChangesPerBatch = 100;

/** Rows read in one go when a page is compared with what is here. */
export const syncRowsPerScan = 1_500;

/** Pages of a list by offset overlap by so many records, which may vanish between two pages. */
export const syncOverlap = 50;

/** Missing people that a run asks Clerk for by id; more than that is no mishap of a list. */
export const syncConfirmMax = 200;

/** Organizations, or memberships, of one run that are looked into; more are a lost database. */
export const removalsMax = 5_000;
/** Of them, so many are sorted in one transaction, asked for side by side, and buried together. */
export const removalsSortedAtOnce = 200;
export const removalsAskedAtOnce = 20;
export const removalsBuriedAtOnce = 50;
/** What somebody confirms must not be older: a day, so that a nightly run can be looked at. */
export const removalRunAgeMsMax = dayMs;
/** Confirmed removals whose job is silent for this long are taken up again. */
export const removalsSilentMsMax = 3 * minuteMs;

/** Rows that are younger than this when a list ends may be too new to be in it. */
export const syncTooNewMs = 10 * minuteMs;

/** Changes of dry runs hold personal data; failed records and missing people are ids and reasons. */
export const syncChangesKeptMs = syncChangesKeptDays * dayMs;
export const syncDetailsKeptMs = syncDetailsKeptDays * dayMs;

/** Attempts of one request to Clerk in trouble: waits of 1, 2, 4, 8 and 16 s between them. */
export const syncAttemptsMax = 6;
/** How often one request obeys a `Retry-After` before the run is given up. */
export const syncLimitedMax = 20;

/** Nobody is deactivated before a sweep has been visible for this long. */
export const sweepHoldMs = 10 * minuteMs;
/** What a sweep rests on must not be older. */
export const sweepRunAgeMsMax = 60 * minuteMs;
/** People that one step of a sweep asks Clerk for and deactivates. */
export const sweepBatch = 20;
/** More missing people than this are a lost database or another application, no clearing up. */
export const sweepPeopleMax = 5_000;
/** A sweep whose job is silent for this long is taken up again. */
export const sweepSilentMsMax = 3 * minuteMs;
