import { randomFillSync } from 'node:crypto';

/**
 * Document ids: 31 to 37 characters of lowercase Crockford base32 over
 * `varint(table number) + 16 bytes + 16-bit checksum`. The alphabet is in ASCII order.
 *
 * The 16 bytes are the time in ms and 80 random bits, so that ids of new documents lie side by side
 * in the database file: a commit then writes one page for them and not one for each. Functions must
 * not count on that order; Convex Cloud promises none.
 */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const timeBytesPerId = 6;
const randomBytesPerId = 10;
const bytesPerId = timeBytesPerId + randomBytesPerId;
const checksumBytes = 2;
const maxVarintBytes = 5;

const digitOf = new Int8Array(128).fill(-1);
for (let i = 0; i < alphabet.length; i++) digitOf[alphabet.charCodeAt(i)] = i;

/** Randomness is drawn for many ids at once: one draw per id costs more than the id. */
const pool = Buffer.alloc(randomBytesPerId * 256);
let poolOffset = pool.length;
const unique = Buffer.alloc(bytesPerId);

/** A fresh id in the table of that number (1 to 2^32 - 1, per namespace). */
export function newId(tableNumber: number): string {
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  unique.writeUIntBE(Date.now(), 0, timeBytesPerId);
  pool.copy(unique, timeBytesPerId, poolOffset, (poolOffset += randomBytesPerId));
  return encodeId(tableNumber, unique);
}

/** `unique`: 16 bytes that no other id of the table has. */
export function encodeId(tableNumber: number, unique: Uint8Array): string {
  const head: number[] = [];
  for (let rest = tableNumber; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      head.push(rest);
      break;
    }
    head.push((rest % 128) | 0x80);
  }
  const bytes = Buffer.alloc(head.length + bytesPerId + checksumBytes);
  bytes.set(head);
  bytes.set(unique, head.length);
  const end = bytes.length - checksumBytes;
  bytes.writeUInt16BE(checksum(bytes, end), end);
  return toBase32(bytes);
}

/** The table number inside an id; `undefined` when the text is not an id. */
export function tableNumberOf(id: string): number | undefined {
  if (id.length < 31 || id.length > 37) return undefined;
  const bytes = fromBase32(id);
  if (!bytes) return undefined;
  let tableNumber = 0;
  let used = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[used++] as number;
    tableNumber += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      if (byte === 0 && used > 1) return undefined;
      break;
    }
    if (used === maxVarintBytes) return undefined;
  }
  if (bytes.length !== used + bytesPerId + checksumBytes) return undefined;
  const end = bytes.length - checksumBytes;
  return checksum(bytes, end) === bytes.readUInt16BE(end) ? tableNumber : undefined;
}

const crcOfByte = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** CRC-16/CCITT: catches every single-character slip. */
function checksum(bytes: Uint8Array, end: number): number {
  let crc = 0xffff;
  for (let i = 0; i < end; i++) {
    const next = crcOfByte[(crc >> 8) ^ (bytes[i] as number)] as number;
    crc = ((crc << 8) & 0xffff) ^ next;
  }
  return crc;
}

const codes = Buffer.from(alphabet);
/** One text for each id, and none for each of its letters. */
const digits = Buffer.alloc(40);

function toBase32(bytes: Uint8Array): string {
  let length = 0;
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      digits[length++] = codes[(buffer >> bits) & 31] as number;
    }
    buffer &= (1 << bits) - 1;
  }
  if (bits > 0) digits[length++] = codes[(buffer << (5 - bits)) & 31] as number;
  return digits.toString('latin1', 0, length);
}

/** Refuses unused trailing bits, so that one id has one spelling. */
function fromBase32(text: string): Buffer | undefined {
  const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8));
  let used = 0;
  let buffer = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = digitOf[text.charCodeAt(i)] ?? -1;
    if (digit < 0) return undefined;
    buffer = (buffer << 5) | digit;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[used++] = buffer >> bits;
      buffer &= (1 << bits) - 1;
    }
  }
  return bits < 5 && buffer === 0 ? bytes : undefined;
}
