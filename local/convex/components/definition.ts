import type { Json } from '../engine/contract';

/** A component definition as `defineApp` or `defineComponent` exported it, checked. */
export interface Definition {
  /** Folder of the definition relative to the app's, `''` for the app. */
  path: string;
  /** The name the definition gives itself; `''` for the app. */
  name: string;
  children: ChildComponent[];
  envVars: EnvDeclaration[];
  /** URL prefix -> name of the child whose HTTP routes it serves. */
  httpMounts: Record<string, string>;
  httpPrefix?: string;
}

export interface ChildComponent {
  name: string;
  definitionPath: string;
  env: Record<string, EnvBinding>;
}

export type EnvBinding = { type: 'value'; value: string } | { type: 'envVar'; name: string };

export interface EnvDeclaration {
  name: string;
  /** A validator's JSON: strings, string literals and unions of them. */
  validator: Json;
  optional: boolean;
}

/** One place in the tree where a definition is installed. */
export interface Instance {
  /** Names from the app down, joined by `/`; `''` for the app. */
  componentPath: string;
  definitionPath: string;
  parent?: Instance;
  env: Record<string, EnvBinding>;
}

/** Every installed component, parents first. Definitions cannot be cyclic (see evaluation). */
export function instancesOf(definitions: ReadonlyMap<string, Definition>): Instance[] {
  const instances: Instance[] = [];
  const visit = (instance: Instance): void => {
    instances.push(instance);
    for (const child of definitions.get(instance.definitionPath)?.children ?? []) {
      visit({
        componentPath: childPath(instance.componentPath, child.name),
        definitionPath: child.definitionPath,
        parent: instance,
        env: child.env,
      });
    }
  };
  visit({ componentPath: '', definitionPath: '', env: {} });
  return instances;
}

export function childPath(parent: string, child: string): string {
  return parent === '' ? child : `${parent}/${child}`;
}

/** Whether a string is one of the values an environment declaration allows. */
export function envValueAllowed(validator: Json, value: string): boolean {
  if (typeof validator !== 'object' || validator === null || Array.isArray(validator)) return false;
  switch (validator['type']) {
    case 'string':
      return true;
    case 'literal':
      return validator['value'] === value;
    case 'union':
      return (
        Array.isArray(validator['value']) &&
        validator['value'].some((member) => envValueAllowed(member, value))
      );
    default:
      return false;
  }
}
