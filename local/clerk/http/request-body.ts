import type { IncomingMessage } from 'node:http';
import { ClerkError } from './clerk-error';

/** Enough for a profile image; everything else is far smaller. */
const bodyBytesMax = 10 * 1024 * 1024;

/** Reads to the end even when there is too much: leaving early would cut the answer off as well. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= bodyBytesMax) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (length > bodyBytesMax) throw tooLarge();
  return Buffer.concat(chunks);
}

/**
 * JSON objects and forms become one flat record. A form field given several times, or named
 * `name[]`, becomes an array. Other kinds (multipart) stay in `rawBody`.
 */
export function parseBody(raw: Buffer, contentType: string | undefined): Record<string, unknown> {
  if (raw.length === 0) return {};
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded') return formFields(raw.toString('utf8'));
  if (type === 'multipart/form-data') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(raw.toString('utf8'));
  } catch {
    throw malformed('The request body is not valid JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw malformed('The request body must be a JSON object.');
  }
  return parsed as Record<string, unknown>;
}

function formFields(text: string): Record<string, unknown> {
  const form = new URLSearchParams(text);
  const fields: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name);
    const isList = name.endsWith('[]') || values.length > 1;
    fields[name.replace(/\[\]$/, '')] = isList ? values : values[0];
  }
  return fields;
}

export function parseCookies(header: string | undefined): Record<string, string> {
  const cookies: Record<string, string> = {};
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at < 0) continue;
    const name = pair.slice(0, at).trim();
    if (name === '' || Object.hasOwn(cookies, name)) continue;
    cookies[name] = decode(pair.slice(at + 1).trim());
  }
  return cookies;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function malformed(longMessage: string): ClerkError {
  return new ClerkError(400, {
    code: 'request_body_invalid',
    message: 'Request body invalid',
    longMessage,
  });
}

function tooLarge(): ClerkError {
  return new ClerkError(413, {
    code: 'request_body_too_large',
    message: 'Request body too large',
    longMessage: `The request body may have at most ${bodyBytesMax} bytes.`,
  });
}
