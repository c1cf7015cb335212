import type { Json, Value, ValueObject } from './value';

/** Deepest value accepted as an argument or result; documents are bounded tighter. */
const maxNesting = 64;
const maxFieldNameLength = 1024;
const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;

/** Node has it since version 20, TypeScript's library for ES2023 does not. */
const isWellFormed = (text: string) =>
  (text as string & { isWellFormed(): boolean }).isWellFormed();

export class ValueError extends Error {
  override readonly name = 'ValueError';
}

/**
 * Where in a value the reader is, for messages. It is kept beside the recursion, not built into
 * paths on the way: values are read all the time, and refused hardly ever.
 */
const trail: (string | number)[] = [];

/**
 * Convex-JSON to a value. Stricter than `jsonToConvex` where that would corrupt: lone surrogates
 * and the field name `__proto__` are refused. What is the same in both forms is not copied, so
 * the value may share objects with the JSON: neither may be changed afterwards.
 */
export function fromJson(json: Json): Value {
  trail.length = 0;
  return read(json, 0);
}

/** Convex-JSON of a patch: `{$undefined: null}` at top level becomes `undefined`. */
export function patchFromJson(json: Json): { [field: string]: Value | undefined } {
  if (!isJsonObject(json)) throw new ValueError(`A patch must be an object, got ${preview(json)}.`);
  trail.length = 0;
  const patch: { [field: string]: Value | undefined } = {};
  for (const [name, field] of Object.entries(json)) {
    checkFieldName(name);
    trail.push(name);
    patch[name] = isUndefined(field) ? undefined : read(field, 0);
    trail.pop();
  }
  return patch;
}

/** A bound or literal of a query, where `{$undefined: null}` stands for an absent field. */
export function valueOrUndefined(json: Json | undefined): Value | undefined {
  if (json === undefined || isUndefined(json)) return undefined;
  return fromJson(json);
}

function isUndefined(json: Json): boolean {
  return isJsonObject(json) && '$undefined' in json && Object.keys(json).length === 1;
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

/** Compact Convex-JSON text with sorted fields: the stored form of a document. */
export function toText(value: Value): string {
  return isJsonAlready(value) ? JSON.stringify(value) : toTextByParts(value);
}

/** Most documents: nothing in them needs a tag, and their fields are in order. */
function isJsonAlready(value: Value): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return !isSpecial(value);
    case 'bigint':
      return false;
    default:
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isJsonAlready);
      return !(value instanceof ArrayBuffer) && isSortedJson(value);
  }
}

function isSortedJson(object: ValueObject): boolean {
  let before = '';
  for (const name in object) {
    if (name < before || !isJsonAlready(object[name] as Value)) return false;
    before = name;
  }
  return true;
}

function toTextByParts(value: Value): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      return isSpecial(value) ? `{"$float":"${floatBytes(value)}"}` : String(value);
    case 'bigint':
      return `{"$integer":"${int64Bytes(value)}"}`;
    default:
      return objectToText(value);
  }
}

export function fromText(text: string): Value {
  return fromJson(JSON.parse(text) as Json);
}

/**
 * The document of a text that `toText` made. Without a tag in it (or what looks like one), the
 * JSON is the value already.
 */
export function documentFromText(text: string): ValueObject {
  const json = JSON.parse(text) as Json;
  return (text.includes('"$') ? fromJson(json) : json) as ValueObject;
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

function objectToText(value: null | ArrayBuffer | Value[] | ValueObject): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(toText).join(',')}]`;
  if (value instanceof ArrayBuffer) {
    return `{"$bytes":"${Buffer.from(value).toString('base64')}"}`;
  }
  let text = '';
  for (const name of sortedNames(value)) {
    text += `${text === '' ? '{' : ','}${quotedName(name)}:${toText(value[name] as Value)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

/** Most objects come sorted already. */
function sortedNames(value: ValueObject): string[] {
  const names = Object.keys(value);
  for (let i = 1; i < names.length; i++) {
    if ((names[i - 1] as string) > (names[i] as string)) return names.sort();
  }
  return names;
}

function read(json: Json, depth: number): Value {
  if (typeof json === 'string') {
    if (!isWellFormed(json)) {
      throw new ValueError(`The string${at()} holds a lone surrogate; it is not valid Unicode.`);
    }
    return json;
  }
  if (typeof json !== 'object' || json === null) return json;
  if (depth >= maxNesting) {
    throw new ValueError(
      `Value is too nested (nested ${maxNesting + 1} levels deep > maximum nesting ${maxNesting})${at()}`,
    );
  }
  return Array.isArray(json) ? readArray(json, depth + 1) : readObject(json, depth + 1);
}

function readArray(json: readonly Json[], depth: number): Value {
  let copy: Value[] | undefined;
  for (const [i, item] of json.entries()) {
    trail.push(i);
    const value = read(item, depth);
    trail.pop();
    // Until something differs the JSON is the value.
    if (value !== item) (copy ??= json.slice() as Value[])[i] = value;
  }
  return copy ?? (json as Value[]);
}

function readObject(json: { readonly [key: string]: Json }, depth: number): Value {
  const names = Object.keys(json);
  const only = names.length === 1 ? names[0] : undefined;
  if (only?.startsWith('$')) return readTagged(only, json[only]);
  let copy: ValueObject | undefined;
  for (const name of names) {
    checkFieldName(name);
    const field = json[name] as Json;
    trail.push(name);
    const value = read(field, depth);
    trail.pop();
    if (value !== field) (copy ??= { ...(json as ValueObject) })[name] = value;
  }
  return copy ?? (json as ValueObject);
}

function readTagged(tag: string, payload: Json | undefined): Value {
  if (tag === '$commitTs') {
    throw new ValueError(
      `\`db.vars.commitTs\`${at()} is not supported by the local runtime. ` +
        'Use `_creationTime` or `Date.now()` instead.',
    );
  }
  if (tag !== '$bytes' && tag !== '$integer' && tag !== '$float') {
    throw new ValueError(`The field name "${tag}"${at()} starts with "$", which is reserved.`);
  }
  if (typeof payload !== 'string') throw new ValueError(`Malformed ${tag}${at()}.`);
  const bytes = Buffer.from(payload, 'base64');
  if (bytes.toString('base64') !== payload) throw new ValueError(`Malformed ${tag}${at()}.`);
  if (tag === '$bytes') {
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  }
  if (bytes.length !== 8) throw new ValueError(`Malformed ${tag}${at()}: needs 8 bytes.`);
  if (tag === '$integer') return bytes.readBigInt64LE(0);
  const float = bytes.readDoubleLE(0);
  if (!isSpecial(float)) throw new ValueError(`${float}${at()} must be a plain JSON number.`);
  return float;
}

/** Names that were found good, as JSON; applications use few. Emptied when there come too many. */
const goodNames = new Map<string, string>();
const goodNamesMax = 10_000;

function checkFieldName(name: string): void {
  if (goodNames.has(name)) return;
  const why = fieldNameProblem(name);
  if (why) throw new ValueError(`The field name ${JSON.stringify(name)}${at()} ${why}.`);
  if (goodNames.size >= goodNamesMax) goodNames.clear();
  goodNames.set(name, JSON.stringify(name));
}

/** The name as JSON. Every value that is printed has been read, so its names are good. */
function quotedName(name: string): string {
  return goodNames.get(name) ?? JSON.stringify(name);
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

/** The trail as ` at .field[2]`. */
function at(): string {
  if (trail.length === 0) return '';
  const steps = trail.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return ` at ${steps.join('')}`;
}

/** A value in an error message: short, and never throwing. */
export function preview(value: Json): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
