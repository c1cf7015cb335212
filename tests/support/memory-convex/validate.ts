import type { Fields } from './values';

interface FieldShape {
  fieldType: Shape;
  optional: boolean;
}

/** A validator as `exportArgs` and the schema write it down. */
export type Shape =
  | { type: 'any' | 'null' | 'number' | 'string' | 'boolean' | 'bigint' | 'bytes' }
  | { type: 'id'; tableName: string }
  | { type: 'literal'; value: unknown }
  | { type: 'array'; value: Shape }
  | { type: 'union'; value: Shape[] }
  | { type: 'record'; values: FieldShape }
  | { type: 'object'; value: Record<string, FieldShape> };

/** Why a value does not fit, or undefined when it does. As strict as Convex: no field too many. */
export function misfit(shape: Shape, value: unknown, at = 'value'): string | undefined {
  switch (shape.type) {
    case 'any':
      return undefined;
    case 'null':
      return value === null ? undefined : `${at} is not null`;
    case 'number':
    case 'string':
    case 'boolean':
      return typeof value === shape.type ? undefined : `${at} is no ${shape.type}`;
    case 'id': {
      const fits = typeof value === 'string' && value.startsWith(`${shape.tableName}:`);
      return fits ? undefined : `${at} is no id of ${shape.tableName}`;
    }
    case 'literal':
      return value === shape.value ? undefined : `${at} is not ${String(shape.value)}`;
    case 'array':
      return Array.isArray(value) ? firstMisfit(value, shape.value, at) : `${at} is no array`;
    case 'union': {
      const fits = shape.value.some((member) => misfit(member, value, at) === undefined);
      return fits ? undefined : `${at} fits no member of its union`;
    }
    case 'record':
      return isFields(value)
        ? firstMisfit(Object.values(value), shape.values.fieldType, at)
        : `${at} is no record`;
    case 'object':
      return isFields(value) ? misfitOfFields(shape.value, value, at) : `${at} is no object`;
    case 'bigint':
    case 'bytes':
      return `${at}: ${shape.type} is not known here`;
  }
}

function misfitOfFields(
  fields: Record<string, FieldShape>,
  value: Fields,
  at: string,
): string | undefined {
  for (const [name, { fieldType, optional }] of Object.entries(fields)) {
    const given = value[name];
    if (given === undefined) {
      if (optional) continue;
      return `${at}.${name} is missing`;
    }
    const why = misfit(fieldType, given, `${at}.${name}`);
    if (why !== undefined) return why;
  }
  const extra = Object.keys(value).find((name) => value[name] !== undefined && !(name in fields));
  return extra === undefined ? undefined : `${at}.${extra} is not expected`;
}

function firstMisfit(items: unknown[], shape: Shape, at: string): string | undefined {
  for (const item of items) {
    const why = misfit(shape, item, `${at}[]`);
    if (why !== undefined) return why;
  }
  return undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
