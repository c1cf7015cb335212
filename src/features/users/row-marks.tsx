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

/** A deviation, and in words what it means: nothing here hides behind a hover. */
function Mark({ label, explanation }: { label: string; explanation: string }) {
  return (
    <span className="grid justify-items-start gap-1">
      <Badge variant="warning">
        <TriangleAlertIcon aria-hidden />
        {label}
      </Badge>
      <span className="max-w-48 text-xs text-pretty text-muted-foreground">{explanation}</span>
    </span>
  );
}

/** Whether the row can be used, and what stands against it. */
export function StateBadge({ user }: { user: UserRow }) {
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      <Badge variant={stateVariants[user.state]}>{stateLabels[user.state]}</Badge>
      {user.heldDeletionAt !== undefined && (
        <Mark
          label="Deletion held"
          explanation={`Deleted in Clerk, but the last ${ownerInText}: access is cut, the row stays until there is another.`}
        />
      )}
      {clerkDisagrees(user) &&
        (user.state === 'active' ? (
          <Mark label="Banned in Clerk" explanation="Clerk does not let this person sign in." />
        ) : (
          <Mark
            label="Not banned in Clerk"
            explanation="Somebody lifted the ban there. Access here stays cut."
          />
        ))}
    </span>
  );
}

/** What Clerk last said about the role, where it is not what stands here. */
export function RoleMarks({ user }: { user: UserRow }) {
  if (user.heldRole) {
    return (
      <Mark
        label={`Held: ${roleLabel(user.heldRole.role)}`}
        explanation="Too many roles changed in Clerk at once: this one waits for a decision on the dashboard. Ours stands."
      />
    );
  }
  if (user.roleIssue) {
    return (
      <Mark
        label={`Unknown: ${user.roleIssue.raw}`}
        explanation="Clerk names a role that is not known here. Ours stands."
      />
    );
  }
  const theirs = user.clerk.role;
  const settled = user.push.state === 'synced' && user.state !== 'deleted';
  if (!settled || theirs === undefined || theirs === user.role) return null;
  return (
    <Mark
      label={`Clerk: ${isRole(theirs) ? roleLabel(theirs) : theirs}`}
      explanation="Clerk last named another role. Ours stands."
    />
  );
}
