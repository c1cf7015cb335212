import fc from 'fast-check';
import { z } from 'zod';

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  $defs?: Record<string, Schema>;
}

/** Values that mostly fit an input schema; what it cannot write down may be anything. */
export function fittingInput(input: z.ZodType, ids: readonly string[]): fc.Arbitrary<unknown> {
  // zod's own type is a superset of what is read here.
  const root = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Schema;
  return fitting(root, { root, ids });
}

interface Within {
  root: Schema;
  ids: readonly string[];
}

function fitting(schema: Schema, within: Within): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return fitting(within.root.$defs?.[name] ?? {}, within);
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => fitting(choice, within)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  switch (schema.type) {
    case 'object':
      return fittingObject(schema, within);
    case 'array':
      return fc.array(fitting(schema.items ?? {}, within), {
        minLength: schema.minItems ?? 0,
        maxLength: 3,
      });
    case 'string':
      if (schema.pattern !== undefined) return fc.constantFrom(...within.ids);
      if (schema.format === 'email') return fc.constant('somebody@hostile.test');
      return fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 100, 100) });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.constantFrom<unknown>('staff', 'admin', 1, null);
  }
}

function fittingObject(schema: Schema, within: Within): fc.Arbitrary<unknown> {
  const entries = Object.entries(schema.properties ?? {}).map(
    ([name, field]) => [name, fitting(field, within)] as const,
  );
  return fc.record(Object.fromEntries(entries), { requiredKeys: schema.required ?? [] });
}
