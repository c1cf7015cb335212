import { Webhook } from 'svix';
import type { ErrorCode } from '../../src/shared/error-codes';
import { webhookBodyBytesMax } from './limits';

export type VerifiedRequest =
  { ok: true; svixId: string; body: string } | { ok: false; code: ErrorCode; why: string };

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
    return { ok: false, code: 'NOT_CONFIGURED', why: 'CLERK_WEBHOOK_SECRET is not set' };
  }
  const body = await readBody(request);
  if (!body.ok) return body;
  const headers = readSvixHeaders(request.headers);
  if (!headers.ok) return { ok: false, code: 'BAD_SIGNATURE', why: headers.why };
  const match = secrets.some((secret) => verifies(secret, body.text, headers.values));
  return match
    ? { ok: true, svixId: headers.values['svix-id'], body: body.text }
    : {
        ok: false,
        code: 'BAD_SIGNATURE',
        why: 'no signing secret fits, or the attempt is too old',
      };
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

async function readBody(
  request: Request,
): Promise<{ ok: true; text: string } | { ok: false; code: ErrorCode; why: string }> {
  const why = `the body is larger than ${webhookBodyBytesMax} bytes`;
  if (Number(request.headers.get('content-length') ?? 0) > webhookBodyBytesMax) {
    return { ok: false, code: 'BODY_TOO_LARGE', why };
  }
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > webhookBodyBytesMax) return { ok: false, code: 'BODY_TOO_LARGE', why };
  try {
    // Fatal and with the mark kept, so that the text stands for exactly these bytes.
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { ok: true, text: decoder.decode(bytes) };
  } catch {
    return { ok: false, code: 'BAD_SIGNATURE', why: 'the body is not UTF-8' };
  }
}

function verifies(secret: string, body: string, headers: SvixHeaders): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    // A wrong signature, an old attempt, a malformed secret: each means "not by this secret".
    return false;
  }
}
