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
