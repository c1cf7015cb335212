import { useConvex } from 'convex/react';
import type { FunctionReturnType } from 'convex/server';
import { LoaderCircleIcon, ShieldAlertIcon, ShieldCheckIcon } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { api } from '../../../convex/_generated/api';
import { Instant } from '../../components/instant';
import { Button } from '../../components/ui/button';
import { cn } from '../../lib/cn';
import { errorBodyOf } from '../../lib/coded-error';

/** So many entries are checked without being asked for: a moment's work for the database. */
const checkedUnasked = 5_000;

type Page = FunctionReturnType<typeof api.audit.verify>;
type Problem = Extract<Page, { ok: false }>['problem'];

type State =
  | { kind: 'running'; checked: number; total: number }
  /** The first entries are sound; the rest waits for somebody to ask. */
  | { kind: 'partial'; checked: number; total: number; from: { seq: number; hash: string } }
  | { kind: 'sound'; total: number; at: number }
  | { kind: 'broken'; seq: number; problem: Problem }
  | { kind: 'failed'; message: string };

const problems: Record<Problem, string> = {
  gap: 'an entry is missing there',
  brokenLink: 'the entry does not continue the one before it',
  edited: 'the entry was changed after it was written',
  cutOff: 'the newest entries were cut off',
};

type From = { seq: number; hash: string } | undefined;

/** Walks along the chain page by page; each page is one bounded query of the database. */
function useChainCheck() {
  const convex = useConvex();
  const [state, setState] = useState<State>({ kind: 'running', checked: 0, total: 0 });
  const run = useRef(0);
  const check = async (start: From, limit: number) => {
    const mine = (run.current += 1);
    let from = start;
    try {
      for (;;) {
        const page = await convex.query(api.audit.verify, from ? { from } : {});
        // Started again, or the page is gone.
        if (run.current !== mine) return;
        if (!page.ok) return setState({ kind: 'broken', seq: page.seq, problem: page.problem });
        const { head, total } = page;
        if (page.isDone) return setState({ kind: 'sound', total: head.seq, at: Date.now() });
        from = head;
        if (head.seq >= limit) {
          return setState({ kind: 'partial', checked: head.seq, total, from });
        }
        setState({ kind: 'running', checked: head.seq, total });
      }
    } catch (error) {
      if (run.current === mine) setState({ kind: 'failed', message: errorBodyOf(error).message });
    }
  };
  useEffect(() => {
    void check(undefined, checkedUnasked);
    return () => void (run.current += 1);
    // Once, when the page opens; later on request.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const start = (from: From) => {
    setState({ kind: 'running', checked: from?.seq ?? 0, total: from?.seq ?? 0 });
    void check(from, Number.POSITIVE_INFINITY);
  };
  return { state, start };
}

const entries = (count: number) =>
  `${count.toLocaleString('en')} ${count === 1 ? 'entry' : 'entries'}`;

function Message({ state }: { state: State }) {
  switch (state.kind) {
    case 'running':
      return (
        <>
          Checking the chain
          {state.total > 0 && ` · ${state.checked.toLocaleString('en')} of ${entries(state.total)}`}
        </>
      );
    case 'partial':
      return (
        <>
          The oldest {entries(state.checked)} of {state.total.toLocaleString('en')} are unchanged.
        </>
      );
    case 'sound':
      return (
        <>
          The chain is unbroken: {entries(state.total)}, none edited, dropped or reordered. Checked{' '}
          <Instant at={state.at} />.
        </>
      );
    case 'broken':
      return (
        <>
          The chain breaks at entry {state.seq.toLocaleString('en')}: {problems[state.problem]}.
          What comes before it is unchanged.
        </>
      );
    case 'failed':
      return <>The chain could not be checked: {state.message}</>;
  }
}

/** Says plainly whether the log is as it was written, or where it is not. */
export function ChainCheck() {
  const { state, start } = useChainCheck();
  const bad = state.kind === 'broken';
  const Icon =
    state.kind === 'running'
      ? LoaderCircleIcon
      : bad || state.kind === 'failed'
        ? ShieldAlertIcon
        : ShieldCheckIcon;
  return (
    <section
      aria-label="Integrity of the log"
      className={cn(
        'mb-4 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-xl border bg-card px-4 py-3 text-sm shadow-xs',
        bad && 'border-destructive/40 bg-destructive/8 text-destructive',
      )}
    >
      <Icon
        aria-hidden
        className={cn(
          'size-5 shrink-0',
          state.kind === 'running' && 'animate-spin text-muted-foreground',
          state.kind === 'sound' && 'text-success',
          state.kind === 'partial' && 'text-muted-foreground',
          state.kind === 'failed' && 'text-warning',
        )}
      />
      <p role={bad ? 'alert' : 'status'} className="min-w-0 flex-1 basis-48 text-pretty">
        <Message state={state} />
      </p>
      {state.kind === 'running' && state.total > 0 && (
        <progress
          aria-label="Entries checked"
          max={state.total}
          value={state.checked}
          className="h-1.5 w-32 accent-primary"
        />
      )}
      {state.kind === 'partial' && (
        <Button size="sm" variant="outline" onClick={() => start(state.from)}>
          Check all
        </Button>
      )}
      {(state.kind === 'sound' || bad || state.kind === 'failed') && (
        <Button size="sm" variant="outline" onClick={() => start(undefined)}>
          Check again
        </Button>
      )}
    </section>
  );
}
