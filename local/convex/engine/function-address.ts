import type { JsonObject } from './contract';
import { canonicalPath, type LiveCode, type LiveComponent, type LiveFunction } from './live-code';

/**
 * How code names a function: `{name}` within its own component, `{reference}` of a child's
 * exported function, or `{functionHandle}` of any function whose handle it was given.
 */

const childReference = '_reference/childComponent/';
const ownReference = '_reference/function/';
const handlePrefix = 'function://';

/** A handle: opaque to its holders, stable across pushes. */
export function handleOf({ component, path }: LiveFunction): string {
  return `${handlePrefix}${component.path};${path}`;
}

/** Throws with the words for the developer when there is no such function. */
export function resolveAddress(
  code: LiveCode,
  caller: LiveComponent,
  address: JsonObject,
): LiveFunction {
  if (typeof address['functionHandle'] === 'string')
    return byHandle(code, address['functionHandle']);
  if (typeof address['reference'] === 'string')
    return byReference(code, caller, address['reference']);
  if (typeof address['name'] === 'string') return byName(caller, address['name']);
  throw new Error('A function call without the name of a function.');
}

function byName(caller: LiveComponent, name: string): LiveFunction {
  const found = caller.function(name);
  if (found) return found;
  throw new Error(notFound(name, caller.path));
}

function byReference(code: LiveCode, caller: LiveComponent, reference: string): LiveFunction {
  if (reference.startsWith(ownReference))
    return byName(caller, reference.slice(ownReference.length));
  if (!reference.startsWith(childReference)) {
    throw new Error(`The function reference "${reference}" is not supported by the local runtime.`);
  }
  const [child = '', ...steps] = reference.slice(childReference.length).split('/');
  const component = code.component(caller.childPath(child));
  if (!component) {
    throw new Error(
      `There is no component "${child}" in ${caller.path ? `component "${caller.path}"` : 'the app'}. ` +
        'Install it in convex.config.ts with app.use().',
    );
  }
  const path = `${steps.slice(0, -1).join('/')}:${steps.at(-1) ?? ''}`;
  const found = component.function(path);
  if (found?.visibility === 'public') return found;
  throw new Error(`The component "${component.path}" exports no function "${path}".`);
}

function byHandle(code: LiveCode, handle: string): LiveFunction {
  const rest = handle.slice(handlePrefix.length);
  const at = rest.indexOf(';');
  const component =
    handle.startsWith(handlePrefix) && at >= 0 ? code.component(rest.slice(0, at)) : undefined;
  const found = component?.function(rest.slice(at + 1));
  if (found) return found;
  throw new Error(
    `The function handle "${handle}" names a function that is not deployed any more.`,
  );
}

/** Convex's words, by which people search. */
export function notFound(path: string, componentPath = ''): string {
  const where = componentPath ? ` in component "${componentPath}"` : '';
  return `Could not find function for '${canonicalPath(path)}'${where}. Did you forget to run \`npx convex dev\`?`;
}

export function notFoundPublic(path: string): string {
  return `Could not find public function for '${canonicalPath(path)}'. Did you forget to run \`npx convex dev\`?`;
}

/** The other way a call can name the wrong thing. */
export function requireKind(fn: LiveFunction, kind: LiveFunction['kind']): void {
  if (fn.kind === kind) return;
  const named = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  throw new Error(
    `Trying to execute ${fn.path} as ${named(kind)}, but it is defined as ${named(fn.kind)}.`,
  );
}
