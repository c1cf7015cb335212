import type { Json, Value, ValueObject } from './value';

/** Deepest value accepted as an argument or result; documents are bounded tighter. */
const maxNesting = 64;
const maxFieldNameLength = 1024;
/** With the `u` flag a surrogate that is part of a pair does not match. */
const loneSurrogate = /\p{Surrogate}/u;
const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;

export class ValueError extends Error {
  override readonly name = 'ValueError';
}

/**
 * Convex-JSON to a value. Stricter than `jsonToConvex` where that would corrupt: lone surrogates
 * and the field name `__proto__` are refused.
 */
export function fromJson(json: Json): Value {
  return read(json, '', 0);
}

/** Convex-JSON of a patch: `{$undefined: null}` at top level becomes `undefined`. */
export function patchFromJson(json: Json): { [field: string]: Value | undefined } {
  if (!isJsonObject(json)) throw new ValueError(`A patch must be an object, got ${preview(json)}.`);
  const patch: { [field: string]: Value | undefined } = {};
  for (const [name, field] of Object.entries(json)) {
    checkFieldName(name, '');
    patch[name] = valueOrUndefined(field, `.${name}`);
  }
  return patch;
}

/** A bound or literal of a query, where `{$undefined: null}` stands for an absent field. */
export function valueOrUndefined(json: Json | undefined, path = ''): Value | undefined {
  if (json === undefined) return undefined;
  if (isJsonObject(json) && '$undefined' in json && Object.keys(json).length === 1) {
    return undefined;
  }
  return read(json, path, 0);
}

/** A value to Convex-JSON with sorted fields. */
export function toJson(value: Value): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return isSpecial(value) ? { $float: floatBytes(value) } : value;
    case 'bigint':
      return { $integer: int64Bytes(value) };
    default:
      return objectToJson(value);
  }
}

/** Compact Convex-JSON text: the stored form of a document. */
export function toText(value: Value): string {
  return JSON.stringify(toJson(value));
}

export function fromText(text: string): Value {
  return fromJson(JSON.parse(text) as Json);
}

/** A document's text; every stored document is an object. */
export function documentFromText(text: string): ValueObject {
  return fromText(text) as ValueObject;
}

export function isValueObject(value: Value | undefined): value is ValueObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ArrayBuffer)
  );
}

function objectToJson(value: null | ArrayBuffer | Value[] | ValueObject): Json {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof ArrayBuffer) return { $bytes: Buffer.from(value).toString('base64') };
  const out: { [key: string]: Json } = {};
  for (const name of Object.keys(value).sort()) out[name] = toJson(value[name] as Value);
  return out;
}

function read(json: Json, path: string, depth: number): Value {
  if (typeof json === 'string') {
    if (loneSurrogate.test(json)) {
      throw new ValueError(
        `The string${at(path)} holds a lone surrogate; it is not valid Unicode.`,
      );
    }
    return json;
  }
  if (typeof json !== 'object' || json === null) return json;
  if (depth >= maxNesting) {
    throw new ValueError(`The value${at(path)} is nested deeper than ${maxNesting} levels.`);
  }
  if (Array.isArray(json)) return json.map((item, i) => read(item, `${path}[${i}]`, depth + 1));
  const names = Object.keys(json);
  const only = names.length === 1 ? names[0] : undefined;
  if (only?.startsWith('$')) return readTagged(only, json[only], path);
  const out: ValueObject = {};
  for (const name of names) {
    checkFieldName(name, path);
    out[name] = read(json[name] as Json, `${path}.${name}`, depth + 1);
  }
  return out;
}

function readTagged(tag: string, payload: Json | undefined, path: string): Value {
  if (tag === '$commitTs') {
    throw new ValueError(
      `\`db.vars.commitTs\`${at(path)} is not supported by the local runtime. ` +
        'Use `_creationTime` or `Date.now()` instead.',
    );
  }
  if (tag !== '$bytes' && tag !== '$integer' && tag !== '$float') {
    throw new ValueError(`The field name "${tag}"${at(path)} starts with "$", which is reserved.`);
  }
  if (typeof payload !== 'string') throw new ValueError(`Malformed ${tag}${at(path)}.`);
  const bytes = Buffer.from(payload, 'base64');
  if (bytes.toString('base64') !== payload) throw new ValueError(`Malformed ${tag}${at(path)}.`);
  if (tag === '$bytes') {
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  }
  if (bytes.length !== 8) throw new ValueError(`Malformed ${tag}${at(path)}: needs 8 bytes.`);
  if (tag === '$integer') return bytes.readBigInt64LE(0);
  const float = bytes.readDoubleLE(0);
  if (!isSpecial(float)) throw new ValueError(`${float}${at(path)} must be a plain JSON number.`);
  return float;
}

export function checkFieldName(name: string, path: string): void {
  const why = fieldNameProblem(name);
  if (why) throw new ValueError(`The field name ${JSON.stringify(name)}${at(path)} ${why}.`);
}

function fieldNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name === '__proto__') return 'is reserved';
  if (name.startsWith('$')) return 'starts with "$", which is reserved';
  if (name.length > maxFieldNameLength) return `is longer than ${maxFieldNameLength} characters`;
  if (!/^[\x20-\x7e]*$/.test(name)) return 'has characters other than printable ASCII';
  return undefined;
}

function isJsonObject(json: Json): json is { [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function isSpecial(value: number): boolean {
  return !Number.isFinite(value) || Object.is(value, -0);
}

function floatBytes(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes.toString('base64');
}

function int64Bytes(value: bigint): string {
  if (value < minInt64 || value > maxInt64) {
    throw new ValueError(`The bigint ${value} does not fit into 64 bits.`);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes.toString('base64');
}

const at = (path: string) => (path ? ` at ${path}` : '');

/** A value in an error message: short, and never throwing. */
export function preview(value: Json): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
