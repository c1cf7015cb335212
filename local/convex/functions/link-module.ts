import { createHash } from 'node:crypto';
import type { TransformFailure } from 'esbuild';

/** A module of a push as it is kept and run: a script body over `exports`, `require`, `module`. */
export interface LinkedModule {
  /** As the command line names it, for example `users.js` or `_deps/ABC.js`. */
  path: string;
  environment: 'isolate' | 'node';
  /** Hash of source and source map; equals the one the command line compares with. */
  sha256: string;
  code: string;
  /** Maps `code` to the developer's files. */
  map: string | null;
}

export interface BundledModule {
  path: string;
  source: string;
  sourceMap?: string;
  environment: 'isolate' | 'node';
}

export class LinkError extends Error {
  override readonly name = 'LinkError';
}

/** The hash by which the official command line tells changed modules from unchanged ones. */
export function moduleHash(bundle: Pick<BundledModule, 'source' | 'sourceMap'>): string {
  return createHash('sha256')
    .update(bundle.source)
    .update(bundle.sourceMap ?? '')
    .digest('hex');
}

/**
 * Turns an ES module of a bundle into a script body that can be evaluated lazily and in cycles.
 * Top-level `await` has no such form; Convex refuses it, too.
 */
export async function linkModule(bundle: BundledModule): Promise<LinkedModule> {
  const { path, environment } = bundle;
  // Only now: most starts link nothing.
  const { transform } = await import('esbuild');
  try {
    const linked = await transform(withInlineMap(bundle), {
      format: 'cjs',
      loader: 'js',
      target: 'node20',
      supported: { 'dynamic-import': false },
      sourcefile: path,
      sourcemap: 'external',
      sourcesContent: false,
      logLevel: 'silent',
    });
    return {
      path,
      environment,
      sha256: moduleHash(bundle),
      code: linked.code,
      map: linked.map || null,
    };
  } catch (error) {
    const reasons = (error as Partial<TransformFailure>).errors?.map((e) => e.text) ?? [
      String(error),
    ];
    throw new LinkError(`Cannot load module ${path}: ${reasons.join('; ')}`, { cause: error });
  }
}

/** esbuild composes maps only with one it finds in the source text. */
function withInlineMap({ source, sourceMap }: BundledModule): string {
  const text = source.replace(/\n\/\/# sourceMappingURL=[^\n]*\s*$/, '\n');
  if (!sourceMap) return text;
  const encoded = Buffer.from(sourceMap).toString('base64');
  return `${text}\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`;
}
