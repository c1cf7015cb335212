import { AppError } from '../app-error';
import type { KeyRing } from './key-ring';

/** Where a sealed credential belongs; it opens nowhere else. */
export interface Place {
  /** Clerk organization id. */
  organization: string;
  service: string;
  /** Random name of the one row. */
  recordId: string;
}

const version = 'v1';
/** 96 bits, as AES-GCM wants them; random, since each key seals far fewer than 2^32 texts. */
const ivBytes = 12;

/**
 * Seals a text with the first key: `v1.<key id>.<iv>.<ciphertext and tag>`, the parts in base64url.
 * AES-256-GCM; organization, service, record and key id are authenticated with it.
 */
export async function seal(ring: KeyRing, place: Place, text: string): Promise<string> {
  const [{ id, key }] = ring;
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const algorithm = { name: 'AES-GCM', iv, additionalData: boundTo(place, id) };
  const sealed = await crypto.subtle.encrypt(algorithm, key, new TextEncoder().encode(text));
  return [version, id, encode(iv), encode(new Uint8Array(sealed))].join('.');
}

/**
 * Opens an envelope at its place. Whatever is wrong (unknown key, another place, a changed byte), it
 * is the one error CREDENTIAL_UNREADABLE, which says nothing about the content.
 */
export async function open(ring: KeyRing, place: Place, envelope: string): Promise<string> {
  const parts = parse(envelope);
  const known = ring.find(({ id }) => id === parts?.keyId);
  if (parts === undefined || known === undefined) throw new AppError('CREDENTIAL_UNREADABLE');
  const additionalData = boundTo(place, known.id);
  try {
    const algorithm = { name: 'AES-GCM', iv: parts.iv, additionalData };
    const opened = await crypto.subtle.decrypt(algorithm, known.key, parts.sealed);
    return new TextDecoder('utf-8', { fatal: true }).decode(opened);
  } catch {
    throw new AppError('CREDENTIAL_UNREADABLE');
  }
}

/** JSON, so that no two places give the same bytes. */
function boundTo({ organization, service, recordId }: Place, keyId: string) {
  const bound = ['rollcall credential', version, keyId, organization, service, recordId];
  return new TextEncoder().encode(JSON.stringify(bound));
}

function parse(envelope: string) {
  const [named, keyId, iv, sealed, ...rest] = envelope.split('.');
  if (named !== version || keyId === undefined || rest.length > 0) return undefined;
  const [ivRead, sealedRead] = [decode(iv), decode(sealed)];
  if (ivRead?.length !== ivBytes || sealedRead === undefined) return undefined;
  return { keyId, iv: ivRead, sealed: sealedRead };
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** Only the one spelling of the bytes: a lax reader would let envelopes differ and still open. */
function decode(text: string | undefined): Uint8Array<ArrayBuffer> | undefined {
  if (text === undefined) return undefined;
  const bytes = Uint8Array.from(Buffer.from(text, 'base64url'));
  return encode(bytes) === text ? bytes : undefined;
}
