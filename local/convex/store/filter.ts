import { compareValues } from 'convex/values';
import { StoreError } from './contract';
import { preview, toJson, valueOrUndefined } from '../values/convex-json';
import { fieldAt } from '../values/field-path';
import type { Json, Value, ValueObject } from '../values/value';

export type Predicate = (document: ValueObject) => boolean;
type Expression = (document: ValueObject) => Value | undefined;
type Compile = (operands: Json) => Expression;

/** Compiles the JSON of `.filter(q => ...)` once, so that its literals are read once. */
export function compileFilter(json: Json): Predicate {
  const expression = compile(json);
  return (document) => isTrue(expression(document));
}

const compilers: { [operator: string]: Compile } = {
  $literal: (operand) => {
    const value = valueOrUndefined(operand);
    return () => value;
  },
  $field: (operand) => {
    if (typeof operand !== 'string') throw invalid('A field path must be a string.');
    const path = operand.split('.');
    return (document) => fieldAt(document, path);
  },
  $eq: comparison((order) => order === 0),
  $neq: comparison((order) => order !== 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $add: arithmetic({ float: (a, b) => a + b, int: (a, b) => a + b }),
  $sub: arithmetic({ float: (a, b) => a - b, int: (a, b) => a - b }),
  $mul: arithmetic({ float: (a, b) => a * b, int: (a, b) => a * b }),
  $div: arithmetic({ float: (a, b) => a / b, int: (a, b) => a / b }),
  $mod: arithmetic({ float: (a, b) => a % b, int: (a, b) => a % b }),
  $neg: (operand) => {
    const inner = compile(operand);
    return (document) => {
      const value = inner(document);
      if (typeof value === 'number') return -value;
      if (typeof value === 'bigint') return int64(-value);
      throw invalid(`Cannot negate ${show(value)} in a filter.`);
    };
  },
  $and: (operands) => {
    const members = list(operands).map(compile);
    return (document) => members.every((member) => isTrue(member(document)));
  },
  $or: (operands) => {
    const members = list(operands).map(compile);
    return (document) => members.some((member) => isTrue(member(document)));
  },
  $not: (operand) => {
    const inner = compile(operand);
    return (document) => !isTrue(inner(document));
  },
};

function compile(json: Json): Expression {
  const entries = typeof json === 'object' && json !== null ? Object.entries(json) : [];
  const [only] = entries;
  const compiler = only && Object.hasOwn(compilers, only[0]) ? compilers[only[0]] : undefined;
  if (!only || !compiler || entries.length !== 1) {
    throw invalid(`Unknown filter expression ${preview(json)}.`);
  }
  return compiler(only[1]);
}

/** Values of different types compare by Convex's order of types. */
function comparison(holds: (order: number) => boolean): Compile {
  return (operands) => {
    const [left, right] = pair(operands);
    return (document) => holds(compareValues(left(document), right(document)));
  };
}

function arithmetic(operation: {
  float: (a: number, b: number) => number;
  int: (a: bigint, b: bigint) => bigint;
}): Compile {
  return (operands) => {
    const [left, right] = pair(operands);
    return (document) => {
      const a = left(document);
      const b = right(document);
      if (typeof a === 'number' && typeof b === 'number') return operation.float(a, b);
      if (typeof a === 'bigint' && typeof b === 'bigint') return intResult(operation.int, a, b);
      throw invalid(`Cannot calculate with ${show(a)} and ${show(b)} in a filter.`);
    };
  };
}

function intResult(operation: (a: bigint, b: bigint) => bigint, a: bigint, b: bigint): bigint {
  try {
    return int64(operation(a, b));
  } catch (error) {
    if (error instanceof RangeError) throw invalid(`Division of ${a}n by zero in a filter.`);
    throw error;
  }
}

function int64(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw invalid(`${value}n overflows 64 bits in a filter.`);
  return value;
}

function pair(operands: Json): [Expression, Expression] {
  const [left, right, ...rest] = list(operands);
  if (left === undefined || right === undefined || rest.length > 0) {
    throw invalid('A binary filter operator needs two operands.');
  }
  return [compile(left), compile(right)];
}

function list(operands: Json): Json[] {
  if (!Array.isArray(operands)) throw invalid('A filter operator needs a list of operands.');
  return operands;
}

/** A missing or null field counts as false; anything but a boolean is a mistake. */
function isTrue(value: Value | undefined): boolean {
  if (typeof value === 'boolean') return value;
  if (value === undefined || value === null) return false;
  throw invalid(`A filter condition must be a boolean, got ${show(value)}.`);
}

function show(value: Value | undefined): string {
  return value === undefined ? 'undefined' : preview(toJson(value));
}

function invalid(message: string): StoreError {
  return new StoreError('InvalidQuery', message);
}
