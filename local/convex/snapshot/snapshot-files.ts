import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import { PushError } from '../deploy/push-error';
import type { JsonObject } from '../values/value';
import { fromUniform, needsTypes, taggedInteger, toUniform } from './uniform-text';

/** One table of a snapshot. */
export interface SnapshotTable {
  /** Component path, `''` for the app. */
  namespace: string;
  name: string;
  /** The number inside its ids. */
  number: number;
  /** One document per line, as Convex-JSON. */
  lines: string[];
}

/** The same for everybody, so that the same data gives the same bytes. */
const writtenAt = '1980-01-01T00:00:00';
const documentsFile = 'documents.jsonl';
/** Says how the documents beside it are written. Without one, every number is a float64. */
const typesFile = 'generated_schema.jsonl';
const uniform = '"uniform"';

/** `a/b` lies under `_components/a/_components/b/`. */
function folderOf(namespace: string): string {
  return namespace === ''
    ? ''
    : namespace
        .split('/')
        .map((name) => `_components/${name}/`)
        .join('');
}

/** The zip that `convex export` makes and `convex import` takes. */
export function writeSnapshot(tables: readonly SnapshotTable[]): Uint8Array {
  const files = new Map<string, string>();
  for (const namespace of new Set(['', ...tables.map((table) => table.namespace)])) {
    const own = tables
      .filter((table) => table.namespace === namespace)
      .toSorted((a, b) => a.number - b.number);
    const list = own.map(({ name, number }) => JSON.stringify({ name, id: number }));
    files.set(`${folderOf(namespace)}_tables/${documentsFile}`, linesText(list));
    for (const { name, lines } of own) {
      const folder = `${folderOf(namespace)}${name}/`;
      // Only where needed: deployments of before 2026 do not know the word.
      const isUniform = lines.some(needsTypes);
      if (isUniform) files.set(`${folder}${typesFile}`, linesText([uniform]));
      files.set(`${folder}${documentsFile}`, linesText(isUniform ? lines.map(toUniform) : lines));
    }
  }
  const zippable: Zippable = {};
  // As Convex Cloud orders them: how documents are written comes before them.
  const place = (name: string) => name.replace(typesFile, '');
  for (const name of [...files.keys()].sort((a, b) => (place(a) < place(b) ? -1 : 1))) {
    zippable[name] = [strToU8(files.get(name) ?? ''), { mtime: writtenAt }];
  }
  return zipSync(zippable);
}

function linesText(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** Throws `PushError` when it is no snapshot. */
export function readSnapshot(zip: Uint8Array): SnapshotTable[] {
  let files: { [name: string]: Uint8Array };
  try {
    files = unzipSync(zip);
  } catch (error) {
    throw bad(`it is not a zip file (${error instanceof Error ? error.message : String(error)})`);
  }
  const tables = new Map<string, SnapshotTable>();
  for (const [path, bytes] of Object.entries(files)) {
    const folder = /^(.*)_tables\/documents\.jsonl$/.exec(path)?.[1];
    if (folder === undefined) continue;
    for (const { name, id } of parseLines(path, linesOf(bytes))) {
      if (typeof name !== 'string' || typeof id !== 'number') {
        throw bad(`${path} has a line without name and id`);
      }
      if (name.startsWith('_')) continue;
      const namespace = namespaceOf(folder);
      tables.set(`${folder}${name}/`, { namespace, name, number: id, lines: [] });
    }
  }
  if (tables.size === 0) throw bad('it lists no tables in _tables/documents.jsonl');
  for (const [path, bytes] of Object.entries(files)) {
    const folder = path.endsWith(`/${documentsFile}`) ? path.slice(0, -documentsFile.length) : '';
    const isSystem = /(^|\/)_[^/]*\/$/.test(folder);
    if (folder === '' || isSystem) continue;
    const table = tables.get(folder);
    if (!table) throw bad(`${path} belongs to no table of _tables/documents.jsonl`);
    table.lines = typedLines(path, linesOf(bytes), files[`${folder}${typesFile}`]);
  }
  return [...tables.values()];
}

function namespaceOf(folder: string): string {
  const names = folder.split('/').filter((_, i) => i % 2 === 1);
  if (folderOf(names.join('/')) === folder) return names.join('/');
  throw bad(`"${folder}" is not where a component's tables lie`);
}

/**
 * Until 2026, Convex Cloud wrote int64 as a text of digits and bytes as base64, and which fields
 * are such, beside them.
 */
function typedLines(path: string, lines: string[], schema: Uint8Array | undefined): string[] {
  const [shape = ''] = schema ? linesOf(schema) : [];
  if (shape.trim() === uniform) return lines.map(fromUniform);
  const typed = [...shape.matchAll(/\\?"([^"\\]+)\\?"\s*:\s*(int64|bytes)\b/g)];
  if (typed.length === 0) return lines;
  return parseLines(path, lines).map((document) => {
    const copy: JsonObject = { ...document };
    for (const [, field = '', type] of typed) {
      const text = copy[field];
      if (typeof text !== 'string') continue;
      copy[field] = type === 'bytes' ? { $bytes: text } : int64(path, field, text);
    }
    return JSON.stringify(copy);
  });
}

function int64(path: string, field: string, text: string): JsonObject {
  const tagged = /^-?\d{1,19}$/.test(text) ? taggedInteger(BigInt(text)) : undefined;
  if (tagged === undefined) throw bad(`${path}: "${field}" is no int64: ${text.slice(0, 40)}`);
  return JSON.parse(tagged) as JsonObject;
}

function linesOf(bytes: Uint8Array): string[] {
  return strFromU8(bytes)
    .split('\n')
    .filter((line) => line.trim() !== '');
}

export function parseLines(path: string, lines: readonly string[]): JsonObject[] {
  return lines.map((line, i) => {
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return value as JsonObject;
      }
    } catch {
      // Told below.
    }
    throw bad(`line ${i + 1} of ${path} is not a JSON object`);
  });
}

function bad(why: string): PushError {
  return new PushError(
    'BadSnapshot',
    `The snapshot cannot be imported: ${why}. Nothing was changed.`,
  );
}
