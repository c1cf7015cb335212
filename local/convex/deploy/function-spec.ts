import type { Json } from '../engine/contract';
import type { LiveComponent } from '../engine/live-code';

/** What `convex function-spec` lists of a component. */
export function functionSpec(component: LiveComponent): Json {
  const functions = [...component.functions()].map((fn): Json => {
    const module = component.pushed.analysis[fn.modulePath];
    const analyzed = module?.functions.find(({ name }) => name === fn.exportName);
    return {
      identifier: `${fn.modulePath}:${fn.exportName}`,
      functionType: `${fn.kind.charAt(0).toUpperCase()}${fn.kind.slice(1)}`,
      visibility: { kind: fn.visibility },
      args: analyzed ? (JSON.parse(analyzed.args) as Json) : null,
      returns: analyzed?.returns ? (JSON.parse(analyzed.returns) as Json) : { type: 'any' },
    };
  });
  const routes = component.pushed.analysis['http.js']?.httpRoutes ?? [];
  return [
    ...functions,
    ...routes.map(({ method, path }): Json => ({ functionType: 'HttpAction', method, path })),
  ];
}
