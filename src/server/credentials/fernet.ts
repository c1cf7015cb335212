/**
 * Reads Fernet tokens of the older system (E6), by the Fernet specification: version 0x80, time,
 * IV, AES-128-CBC, HMAC-SHA256 over all of it. Only reads: nothing is sealed this way any more. The
 * time in a token is not looked at, since what is imported is old by nature.
 */

const versionByte = 0x80;
const keyBytes = 32;
const [timeEnd, ivEnd, macBytes, blockBytes] = [9, 25, 32, 16] as const;

/** The text of a token; undefined when key or token are malformed or do not fit. */
export async function readFernet(token: string, secret: string): Promise<string | undefined> {
  const key = decode(secret);
  const bytes = decode(token);
  if (key?.length !== keyBytes || bytes === undefined || bytes[0] !== versionByte) return undefined;
  const macStart = bytes.length - macBytes;
  const sealedLength = macStart - ivEnd;
  if (sealedLength < blockBytes || sealedLength % blockBytes !== 0) return undefined;
  // The mac comes first: nothing is decrypted that its key did not sign.
  if (!(await signedBy(key.slice(0, blockBytes), bytes, macStart))) return undefined;
  return await decrypt(
    key.slice(blockBytes),
    bytes.slice(timeEnd, ivEnd),
    bytes.slice(ivEnd, macStart),
  );
}

type Bytes = Uint8Array<ArrayBuffer>;

async function signedBy(signing: Bytes, bytes: Bytes, macStart: number): Promise<boolean> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', signing, algorithm, false, ['verify']);
  // In constant time, by WebCrypto.
  return crypto.subtle.verify('HMAC', key, bytes.slice(macStart), bytes.slice(0, macStart));
}

async function decrypt(encryption: Bytes, iv: Bytes, sealed: Bytes): Promise<string | undefined> {
  const key = await crypto.subtle.importKey('raw', encryption, 'AES-CBC', false, ['decrypt']);
  try {
    const opened = await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, sealed);
    return new TextDecoder('utf-8', { fatal: true }).decode(opened);
  } catch {
    // Padding that does not fit, or bytes that are no text.
    return undefined;
  }
}

/** base64url with padding, as the specification has it; the padding may be missing. */
function decode(text: string): Bytes | undefined {
  const trimmed = text.trim();
  if (!/^[\w-]+={0,2}$/.test(trimmed)) return undefined;
  const bare = trimmed.replace(/=+$/, '');
  const bytes = Uint8Array.from(Buffer.from(bare, 'base64url'));
  return Buffer.from(bytes).toString('base64url') === bare ? bytes : undefined;
}
