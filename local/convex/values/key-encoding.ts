import { fieldAt } from './field-path';
import type { Value, ValueObject } from './value';

/**
 * Bytes that sort (memcmp) exactly as `compareValues` of `convex/values` sorts, and whose
 * concatenation sorts as tuples do. Each value is a tag and a self-delimiting payload:
 *
 * - 0x00 ends strings, bytes, arrays and objects; inside strings and bytes it is 0x00 0xff.
 * - no value starts with 0x00 or 0xff, so `key + 0xff` lies after everything that `key` prefixes.
 */
const tag = {
  undefined: 1,
  null: 2,
  int64: 3,
  float64: 4,
  false: 5,
  true: 6,
  string: 7,
  bytes: 8,
  array: 9,
  object: 10,
} as const;

const signBit = 1n << 63n;
const nanPayload = (1n << 52n) - 1n;

/** One transaction runs at a time and nothing here yields, so one scratch buffer is enough. */
let scratch: Buffer<ArrayBuffer> = Buffer.alloc(1024);
let length = 0;

/** The key of a tuple of values. */
export function encodeKey(values: readonly (Value | undefined)[]): Buffer {
  length = 0;
  for (const value of values) write(value);
  return copyOfScratch();
}

/**
 * The key of a document in an index over these fields, each byte a Latin-1 character. Entries that
 * are written are kept as texts: as buffers, one for each index of each document, they would be most
 * of what the garbage collector has to carry.
 */
export function encodeFields(document: ValueObject, paths: readonly (readonly string[])[]): string {
  length = 0;
  for (const path of paths) write(fieldAt(document, path));
  return scratch.toString('latin1', 0, length);
}

/** A key as `encodeFields` gives it; sorts as its bytes do. */
export function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}

export function keyBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function copyOfScratch(): Buffer {
  const key = Buffer.allocUnsafe(length);
  scratch.copy(key, 0, 0, length);
  return key;
}

/** The least key greater than `key`. */
export function keyAfter(key: Uint8Array): Buffer {
  return Buffer.concat([key, Buffer.of(0)]);
}

/** Greater than `prefix` and than every key that starts with it. */
export function prefixEnd(prefix: Uint8Array): Buffer {
  return Buffer.concat([prefix, Buffer.of(0xff)]);
}

function write(value: Value | undefined): void {
  switch (typeof value) {
    case 'undefined':
      return writeByte(tag.undefined);
    case 'bigint':
      writeByte(tag.int64);
      return writeUint64(BigInt.asUintN(64, value) ^ signBit);
    case 'number':
      writeByte(tag.float64);
      return writeFloat(value);
    case 'boolean':
      return writeByte(value ? tag.true : tag.false);
    case 'string':
      return writeString(value);
    default:
      return writeObject(value);
  }
}

function writeObject(value: null | ArrayBuffer | Value[] | { [field: string]: Value }): void {
  if (value === null) return writeByte(tag.null);
  if (value instanceof ArrayBuffer) {
    writeByte(tag.bytes);
    writeEscaped(Buffer.from(value));
  } else if (Array.isArray(value)) {
    writeByte(tag.array);
    for (const item of value) write(item);
  } else {
    writeByte(tag.object);
    for (const name of Object.keys(value).sort()) {
      writeString(name);
      write(value[name]);
    }
  }
  writeByte(0);
}

/**
 * IEEE total order, except that negative NaNs ascend by payload, as `compareValues` has it:
 * they are moved below -Infinity without being flipped.
 */
function writeFloat(value: number): void {
  reserve(8);
  scratch.writeDoubleBE(value, length);
  if (Number.isNaN(value)) {
    const bits = scratch.readBigUInt64BE(length);
    scratch.writeBigUInt64BE(bits & signBit ? (bits & nanPayload) - 1n : bits | signBit, length);
    length += 8;
    return;
  }
  const negative = (scratch[length] as number) >= 0x80;
  if (negative) for (let i = 0; i < 8; i++) scratch[length + i] = ~(scratch[length + i] as number);
  else scratch[length] = (scratch[length] as number) | 0x80;
  length += 8;
}

function writeString(text: string): void {
  writeByte(tag.string);
  if (text.includes('\0')) {
    writeEscaped(Buffer.from(text));
  } else {
    reserve(text.length * 3);
    length += scratch.write(text, length);
  }
  writeByte(0);
}

function writeEscaped(bytes: Uint8Array): void {
  reserve(bytes.length * 2);
  for (const byte of bytes) {
    scratch[length++] = byte;
    if (byte === 0) scratch[length++] = 0xff;
  }
}

function writeByte(byte: number): void {
  reserve(1);
  scratch[length++] = byte;
}

function writeUint64(bits: bigint): void {
  reserve(8);
  length = scratch.writeBigUInt64BE(bits, length);
}

function reserve(bytes: number): void {
  if (length + bytes <= scratch.length) return;
  const larger = Buffer.alloc(Math.max(scratch.length * 2, length + bytes));
  scratch.copy(larger, 0, 0, length);
  scratch = larger;
}
