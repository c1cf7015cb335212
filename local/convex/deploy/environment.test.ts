import { describe, expect, it } from 'vitest';
import { instancesOf, type Definition } from '../components/definition';
import { declaredEnv } from './environment';
import { PushError } from './push-error';

const definition = (path: string, parts: Partial<Definition>): Definition => ({
  path,
  name: path,
  children: [],
  envVars: [],
  httpMounts: {},
  ...parts,
});
const string = { type: 'string' };
const level = {
  type: 'union',
  value: [
    { type: 'literal', value: 'INFO' },
    { type: 'literal', value: 'WARN' },
  ],
};

function environmentOf(definitions: Definition[], env: Record<string, string>) {
  const byPath = new Map(definitions.map((item) => [item.path, item]));
  const components = new Map(
    definitions.map((item) => [
      item.path,
      { definition: item, schema: null, modules: new Map(), analysis: {}, serverVersion: '' },
    ]),
  );
  return declaredEnv(components, env, instancesOf(byPath));
}

const child = definition('pool', {
  envVars: [
    { name: 'LEVEL', validator: level, optional: true },
    { name: 'KEY', validator: string, optional: false },
  ],
  children: [
    { name: 'inner', definitionPath: 'inner', env: { KEY: { type: 'envVar', name: 'KEY' } } },
  ],
});
const inner = definition('inner', {
  envVars: [{ name: 'KEY', validator: string, optional: false }],
});
const app = (env: Definition['children'][number]['env']) =>
  definition('', { children: [{ name: 'pool', definitionPath: 'pool', env }] });

describe('environments of components', () => {
  it('each has what its parent passes, through any depth, and nothing else of the deployment', () => {
    const passed = { KEY: { type: 'envVar', name: 'SECRET' } } as const;
    const envs = environmentOf([app(passed), child, inner], {
      SECRET: 's',
      OTHER: 'o',
      CONVEX_SITE_URL: 'u',
    });
    expect(envs.get('pool')).toEqual({ KEY: 's', CONVEX_SITE_URL: 'u' });
    expect(envs.get('pool/inner')).toEqual({ KEY: 's', CONVEX_SITE_URL: 'u' });
  });

  it('a missing one is named with the component that needs it', () => {
    expect(() => environmentOf([app({}), child, inner], {})).toThrow(/component "pool" needs KEY/);
  });

  it('a value that is not one of the declared ones is refused', () => {
    const env = {
      KEY: { type: 'value', value: 'k' },
      LEVEL: { type: 'value', value: 'LOUD' },
    } as const;
    expect(() => environmentOf([app(env), child, inner], {})).toThrow(
      /variable LEVEL of component "pool"/,
    );
  });

  it('a required one of the app is an error that the command line words itself', () => {
    const needing = definition('', {
      envVars: [{ name: 'A', validator: string, optional: false }],
    });
    const codeOf = () => {
      try {
        environmentOf([needing], {});
      } catch (error) {
        return error instanceof PushError && [error.code, error.message];
      }
      return undefined;
    };
    expect(codeOf()).toEqual([
      'MissingEnvironmentVariables',
      'Required environment variables are not set: A.',
    ]);
  });
});
