import { SourceMap } from 'node:module';
import { scriptScheme, type ScriptModules } from './script-modules';
import type { Thrown } from './thrown';

/** A function that failed, in the words its caller is told. */
export class FunctionFailure extends Error {
  override readonly name = 'FunctionFailure';
  constructor(
    message: string,
    /** Convex-JSON text of a `ConvexError`'s data. */
    readonly dataJson?: string,
  ) {
    super(message);
  }
}

/** Resolves the scripts of a component; stack frames name components. */
export type ScriptsOf = (component: string) => ScriptModules | undefined;

const framesMax = 12;

/** `Uncaught Error: message` and the frames that lie in the developer's code. */
export function failureOf(thrown: Thrown, scriptsOf: ScriptsOf): FunctionFailure {
  const head = thrown.name ? `${thrown.name}: ${thrown.message}` : thrown.message;
  const frames = userFrames(thrown.stack, scriptsOf);
  return new FunctionFailure([`Uncaught ${head}`, ...frames].join('\n'), thrown.data);
}

const framePattern = /^\s+at (?:(.*?) \()?(convex:.*?):(\d+):(\d+)\)?$/;

function userFrames(stack: string, scriptsOf: ScriptsOf): string[] {
  const frames: string[] = [];
  for (const line of stack.split('\n')) {
    const [, name, file, row, column] = framePattern.exec(line) ?? [];
    if (!file || frames.length >= framesMax) continue;
    const place = originalPlace({ file, line: Number(row), column: Number(column) }, scriptsOf);
    if (place.includes('node_modules/convex/')) continue;
    frames.push(name ? `    at ${name} (${place})` : `    at ${place}`);
  }
  return frames;
}

const maps = new WeakMap<ScriptModules, Map<string, SourceMap | null>>();

function originalPlace(
  at: { file: string; line: number; column: number },
  scriptsOf: ScriptsOf,
): string {
  const [component, path] = splitScriptName(at.file);
  const plain = `${path}:${at.line}:${at.column}`;
  const scripts = scriptsOf(component);
  const map = scripts && sourceMapOf(scripts, path);
  const origin = map?.findOrigin(at.line, at.column);
  if (!origin || !('fileName' in origin)) return plain;
  return `${developerPath(origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}`;
}

/** `convex:parent/child/dir/mod.js`: the component's path cannot contain a module's. */
function splitScriptName(file: string): [string, string] {
  const rest = file.slice(scriptScheme.length);
  const at = rest.indexOf('//');
  return [rest.slice(0, at), rest.slice(at + 2)];
}

function sourceMapOf(scripts: ScriptModules, path: string): SourceMap | null {
  const known = maps.get(scripts) ?? new Map<string, SourceMap | null>();
  maps.set(scripts, known);
  let map = known.get(path);
  if (map === undefined) {
    const text = scripts.modules.get(path)?.map;
    map = text
      ? new SourceMap(JSON.parse(text) as ConstructorParameters<typeof SourceMap>[0])
      : null;
    known.set(path, map);
  }
  return map;
}

/** Bundles name files from their output folder: `../../convex/users.ts` -> `../convex/users.ts`. */
function developerPath(file: string): string {
  return file.replace(/^(?:\.\.\/)+/, '../');
}
