import { TriangleAlertIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { RoleBadge } from '../../components/role-badge';
import { cn } from '../../lib/cn';
import { openPushes } from './open-pushes';
import { PushBadge, Retry, Synced } from './push-status';
import type { UserRow } from './queries';
import { roleMark, StateBadge, stateMark, type Mark } from './row-marks';

/*
 * Cells of the list. Whatever there is to say about a person takes two lines at most, on a phone one:
 * rows of one height let the list know where everybody is. The person's page says all of it in full.
 */

function TwoLines({ children }: { children: ReactNode }) {
  return (
    <span className="grid min-w-0 grid-cols-1 max-md:flex max-md:items-center max-md:gap-1">
      {children}
    </span>
  );
}

const note = 'block truncate text-[0.6875rem] leading-3.5';

/** On a phone the sign alone; in full for screen readers and on hover. */
function MarkNote({ mark: { label, explanation } }: { mark: Mark }) {
  return (
    <span title={explanation} className="flex min-w-0 items-center gap-1 text-warning">
      <TriangleAlertIcon className="size-3 shrink-0 max-md:size-4" aria-hidden />
      <span className={cn(note, 'max-md:sr-only')}>{label}</span>
      <span className="sr-only">{explanation}</span>
    </span>
  );
}

export function RoleCell({ user }: { user: UserRow }) {
  const mark = roleMark(user);
  return (
    <TwoLines>
      <RoleBadge role={user.role} />
      {mark && <MarkNote mark={mark} />}
    </TwoLines>
  );
}

export function StateCell({ user }: { user: UserRow }) {
  const mark = stateMark(user);
  return (
    <TwoLines>
      <StateBadge state={user.state} />
      {mark && <MarkNote mark={mark} />}
    </TwoLines>
  );
}

/** What most needs looking at of what is on its way to Clerk; how many more there are. */
export function PushCell({ user }: { user: UserRow }) {
  const pushes = openPushes(user);
  const shown =
    pushes.find(({ state }) => state === 'failed') ??
    pushes.find(({ reason }) => reason !== undefined) ??
    pushes[0];
  if (shown === undefined) return <Synced />;
  const { state, reason } = shown;
  const others = pushes.filter((push) => push !== shown).map(({ label }) => label);
  return (
    <span className="flex min-w-0 items-center gap-1.5 max-md:h-6">
      <TwoLines>
        <PushBadge push={shown} />
        {(reason !== undefined || others.length > 0) && (
          <PushNote reason={reason} others={others} failed={state === 'failed'} />
        )}
      </TwoLines>
      {(state === 'failed' || reason !== undefined) && <Retry user={user} compact />}
    </span>
  );
}

interface PushNoteProps {
  reason: string | undefined;
  /** What else is on its way. */
  others: string[];
  failed: boolean;
}

function PushNote({ reason, others, failed }: PushNoteProps) {
  const also = others.length > 0 ? `also ${others.join(', ')}` : undefined;
  return (
    <span
      title={[reason, also].filter(Boolean).join('; ')}
      className={cn(note, 'max-md:sr-only', failed ? 'text-destructive' : 'text-muted-foreground')}
    >
      {also !== undefined && (
        <>
          <span aria-hidden>
            +{others.length}
            {reason !== undefined && ' · '}
          </span>
          <span className="sr-only">{also}. </span>
        </>
      )}
      {reason}
    </span>
  );
}
