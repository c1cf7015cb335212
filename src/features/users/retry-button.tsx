import { RotateCwIcon } from 'lucide-react';
import { Button } from '../../components/ui/button';
import { useRetryPush } from './commands';
import type { UserRow } from './queries';

/** Sends to Clerk once more what we decided about this person (requirement C8). */
export function RetryButton({ user }: { user: UserRow }) {
  const retry = useRetryPush();
  return (
    <Button
      size="xs"
      variant="outline"
      aria-label={`Retry sending the change of ${user.name} to Clerk`}
      busy={retry.isPending}
      onClick={() => retry.mutate({ userId: user._id })}
    >
      <RotateCwIcon aria-hidden className={retry.isPending ? 'animate-spin' : undefined} />
      Retry
    </Button>
  );
}
