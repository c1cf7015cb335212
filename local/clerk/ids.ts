import { randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** KSUID counts seconds from 13 May 2014, which keeps 32 bits enough until the year 2150. */
const ksuidEpochMs = 1_400_000_000_000;
const bodyLength = 27;
const payloadBytes = 16;

export const idPrefixes = {
  user: 'user_',
  emailAddress: 'idn_',
  session: 'sess_',
  client: 'client_',
  signIn: 'sia_',
  signUp: 'sua_',
  organization: 'org_',
  membership: 'orgmem_',
  invitation: 'inv_',
  organizationInvitation: 'orginv_',
  mail: 'ema_',
  message: 'msg_',
  attempt: 'atmpt_',
  endpoint: 'ep_',
  instance: 'ins_',
  key: 'ins_',
  jwtTemplate: 'jtmp_',
  activity: 'sess_activity_',
  devBrowser: 'dvb_',
} as const;

export type IdKind = keyof typeof idPrefixes;

/** Asking for randomness in small pieces is slow; loading 100,000 people asks for 300,000. */
const poolBytes = payloadBytes * 512;
let pool = Buffer.alloc(0);

function randomHex(): string {
  if (pool.length < payloadBytes) pool = randomBytes(poolBytes);
  const hex = pool.toString('hex', 0, payloadBytes);
  pool = pool.subarray(payloadBytes);
  return hex;
}

/** 20 bytes (4 of time, 16 random) as 27 base-62 digits: sorts by second, as Clerk's ids do. */
function ksuid(nowMs: number): string {
  const seconds = Math.floor((nowMs - ksuidEpochMs) / 1000);
  let value = BigInt(`0x${seconds.toString(16)}${randomHex()}`);
  let text = '';
  while (value > 0n) {
    text = alphabet.charAt(Number(value % 62n)) + text;
    value /= 62n;
  }
  return text.padStart(bodyLength, '0');
}

/** A new id of the given kind, for example `user_2abc...`. */
export function newId(kind: IdKind, nowMs: number): string {
  return idPrefixes[kind] + ksuid(nowMs);
}

/** Unguessable text for tickets and tokens: `bytes` of randomness in base64url. */
export function newToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}
