const storage =
  'File storage is not supported by the local runtime. Keep files elsewhere, or use Convex Cloud.';

/** What the product does not need is refused by name, and each refusal says what to do instead. */
const refusals: readonly (readonly [op: RegExp, message: string])[] = [
  [/^storage/, storage],
  [
    /^actions\/vectorSearch$/,
    'Vector search is not supported by the local runtime. Use a search index, or Convex Cloud.',
  ],
  [
    /^signJwt$/,
    'auth.signJwt() is not supported by the local runtime. Sign tokens in an action with crypto.subtle.',
  ],
  [
    /^auditLog$/,
    'Audit log streams are not supported by the local runtime. Write to a table of your own.',
  ],
];

/** Of an operation (`1.0/...`) that nothing answers. */
export function unsupportedOperation(op: string): string {
  const name = op.replace(/^1\.0\//, '');
  const known = refusals.find(([pattern]) => pattern.test(name));
  return (
    known?.[1] ??
    `Unknown async operation "${op}": the local runtime does not support it. Use a Convex Cloud or self-hosted deployment.`
  );
}
