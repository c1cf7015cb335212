import { TriangleAlertIcon } from 'lucide-react';
import { Badge } from '../../components/ui/badge';
import type { UserState } from '../../shared/people';
import { isRole, ownerInText, roleLabel } from '../../shared/roles';
import { clerkDisagrees } from './access-action';
import type { UserRow } from './queries';

export const stateLabels: Record<UserState, string> = {
  active: 'Active',
  deactivated: 'Deactivated',
  deleted: 'Deleted',
};

const stateVariants = {
  active: 'success',
  deactivated: 'warning',
  deleted: 'destructive',
} as const;

/** A deviation, and in words what it means. */
export interface Mark {
  label: string;
  explanation: string;
}

/** What stands against the use of a row. */
export function stateMark(user: UserRow): Mark | undefined {
  if (user.heldDeletionAt !== undefined) {
    return {
      label: 'Deletion held',
      explanation: `Deleted in Clerk, but the last ${ownerInText}: access is cut, the row stays until there is another.`,
    };
  }
  if (!clerkDisagrees(user)) return undefined;
  return user.state === 'active'
    ? { label: 'Banned in Clerk', explanation: 'Clerk does not let this person sign in.' }
    : {
        label: 'Not banned in Clerk',
        explanation: 'Somebody lifted the ban there. Access here stays cut.',
      };
}

/** What Clerk last said about the role, where it is not what stands here. */
export function roleMark(user: UserRow): Mark | undefined {
  if (user.heldRole) {
    return {
      label: `Held: ${roleLabel(user.heldRole.role)}`,
      explanation:
        'Too many roles changed in Clerk at once: this one waits for a decision on the dashboard. Ours stands.',
    };
  }
  if (user.roleIssue) {
    return {
      label: `Unknown: ${user.roleIssue.raw}`,
      explanation: 'Clerk names a role that is not known here. Ours stands.',
    };
  }
  const theirs = user.clerk.role;
  const settled = user.push.state === 'synced' && user.state !== 'deleted';
  if (!settled || theirs === undefined || theirs === user.role) return undefined;
  return {
    label: `Clerk: ${isRole(theirs) ? roleLabel(theirs) : theirs}`,
    explanation: 'Clerk last named another role. Ours stands.',
  };
}

/** With its explanation: nothing here hides behind a hover. */
export function MarkText({ mark: { label, explanation } }: { mark: Mark }) {
  return (
    <span className="grid justify-items-start gap-1">
      <Badge variant="warning" className="max-w-full shrink wrap-anywhere whitespace-normal">
        <TriangleAlertIcon aria-hidden />
        {label}
      </Badge>
      <span className="max-w-48 text-xs text-pretty text-muted-foreground">{explanation}</span>
    </span>
  );
}

export function StateBadge({ state }: { state: UserState }) {
  return <Badge variant={stateVariants[state]}>{stateLabels[state]}</Badge>;
}
