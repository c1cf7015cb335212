import { errorEntryUrl } from '../lib/coded-error';
import type { ErrorCode } from '../shared/error-codes';

/** A code, leading to its entry in the documentation: what it means and what to do. */
export function ErrorCodeLink({ code }: { code: ErrorCode }) {
  return (
    <a
      href={errorEntryUrl(code)}
      target="_blank"
      rel="noreferrer"
      className="rounded-sm font-mono text-xs underline underline-offset-4 outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50"
    >
      {code}
      <span className="sr-only"> (what it means, in a new tab)</span>
    </a>
  );
}
