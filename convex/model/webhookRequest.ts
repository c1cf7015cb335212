import { Webhook } from 'svix';
import type { ErrorCode } from '../../src/shared/error-codes';
import type { RefusalReason } from '../../src/shared/webhook-health';
import { webhookBodyBytesMax } from './limits';

export type VerifiedRequest =
  /** `secret`: the one of the ring that fits. */
  { ok: true; svixId: string; body: string; secret: string } | Refusal;

interface Refusal {
  ok: false;
  code: ErrorCode;
  reason: RefusalReason;
  why: string;
}

const headerNames = ['svix-id', 'svix-timestamp', 'svix-signature'] as const;
const svixIdMax = 256;
const single = /^[^,\s]+$/;
/** `v1,<base64>`, several separated by one space. */
const signatureList = /^v\d+a?,[\w+/=-]+( v\d+a?,[\w+/=-]+)*$/;

/**
 * Rule 5: reads a webhook request and lets through only what one of `secrets` signed, on the raw
 * body. Without secrets nothing passes: NOT_CONFIGURED (503) makes Svix try again, so that no event
 * is lost while the secret is missing.
 */
export async function verifyWebhookRequest(
  request: Request,
  secrets: readonly string[],
): Promise<VerifiedRequest> {
  if (secrets.length === 0) {
    const why = 'CLERK_WEBHOOK_SECRET is not set';
    return { ok: false, code: 'NOT_CONFIGURED', reason: 'noSecret', why };
  }
  const body = await readBody(request);
  if (!body.ok) return body;
  const headers = readSvixHeaders(request.headers);
  if (!headers.ok) {
    return { ok: false, code: 'BAD_SIGNATURE', reason: 'malformed', why: headers.why };
  }
  const secret = secrets.find((one) => verifies(one, body.text, headers.values));
  return secret === undefined
    ? explainMismatch(secrets, body.text, headers.values)
    : { ok: true, svixId: headers.values['svix-id'], body: body.text, secret };
}

/** Svix tolerates five minutes either way. */
const toleranceMs = 5 * 60_000;

/** Tells a wrong secret from a wrong clock: nothing gets in either way, but the remedies differ. */
function explainMismatch(secrets: readonly string[], body: string, headers: SvixHeaders): Refusal {
  const sentAt = new Date(Number(headers['svix-timestamp']) * 1_000);
  const isOff = Math.abs(Date.now() - sentAt.getTime()) > toleranceMs;
  const isOurs = isOff && secrets.some((secret) => signedBy(secret, { body, headers, sentAt }));
  const refused = { ok: false, code: 'BAD_SIGNATURE' } as const;
  return isOurs
    ? {
        ...refused,
        reason: 'clockSkew',
        why: 'the signature fits, but its time is more than five minutes off this server’s clock',
      }
    : { ...refused, reason: 'badSignature', why: 'no signing secret fits' };
}

function signedBy(
  secret: string,
  { body, headers, sentAt }: { body: string; headers: SvixHeaders; sentAt: Date },
): boolean {
  try {
    const expected = new Webhook(secret).sign(headers['svix-id'], sentAt, body);
    return headers['svix-signature'].split(' ').some((given) => equal(given, expected));
  } catch {
    // A malformed secret, or a time that is none.
    return false;
  }
}

/** Takes as long for a near miss as for a far one, so that nobody can feel their way to a signature. */
function equal(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

type SvixHeaders = Record<(typeof headerNames)[number], string>;

/** A header sent twice arrives joined by a comma; which of the two was signed is anybody's guess. */
function readSvixHeaders(
  headers: Headers,
): { ok: true; values: SvixHeaders } | { ok: false; why: string } {
  const values: SvixHeaders = { 'svix-id': '', 'svix-timestamp': '', 'svix-signature': '' };
  for (const name of headerNames) {
    const value = headers.get(name);
    if (value === null || value === '') return { ok: false, why: `the ${name} header is missing` };
    const wellFormed = name === 'svix-signature' ? signatureList : single;
    if (!wellFormed.test(value)) {
      return { ok: false, why: `the ${name} header is malformed or was sent twice` };
    }
    values[name] = value;
  }
  if (values['svix-id'].length > svixIdMax) return { ok: false, why: 'the svix-id is too long' };
  if (!/^\d{1,12}$/.test(values['svix-timestamp'])) {
    return { ok: false, why: 'the svix-timestamp is not a time' };
  }
  return { ok: true, values };
}

async function readBody(request: Request): Promise<{ ok: true; text: string } | Refusal> {
  const why = `the body is larger than ${webhookBodyBytesMax} bytes`;
  if (Number(request.headers.get('content-length') ?? 0) > webhookBodyBytesMax) {
    return { ok: false, code: 'BODY_TOO_LARGE', reason: 'tooLarge', why };
  }
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > webhookBodyBytesMax) {
    return { ok: false, code: 'BODY_TOO_LARGE', reason: 'tooLarge', why };
  }
  try {
    // Fatal and with the mark kept, so that the text stands for exactly these bytes.
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { ok: true, text: decoder.decode(bytes) };
  } catch {
    const notText = 'the body is not UTF-8';
    return { ok: false, code: 'BAD_SIGNATURE', reason: 'malformed', why: notText };
  }
}

/** One per secret of the ring: its key is decoded once and not with each event. */
const verifiers = new Map<string, Webhook>();

function verifies(secret: string, body: string, headers: SvixHeaders): boolean {
  try {
    const known = verifiers.get(secret);
    const verifier = known ?? new Webhook(secret);
    if (known === undefined) verifiers.set(secret, verifier);
    verifier.verify(body, headers);
    return true;
  } catch {
    // A wrong signature, an old attempt, a malformed secret: each means "not by this secret".
    return false;
  }
}
