import { Link } from '@tanstack/react-router';
import type { Stats } from './queries';
import { HealthCard } from './health-card';

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

const link = 'font-medium text-foreground underline underline-offset-4';

/** Requirement C8: what has not reached Clerk yet. */
export function PushHealth({ stats: { pushes } }: { stats: Stats }) {
  const { pending, failed } = pushes;
  if (failed > 0) {
    return (
      <HealthCard
        label="Changes on their way to Clerk"
        tone="bad"
        title={`${count(failed, 'person has', 'people have')} changes that Clerk did not take`}
      >
        <span>
          They count here all the same. The list names the reason and can send them again.
          {pending > 0 && ` ${count(pending, 'more is', 'more are')} on the way.`}
        </span>
        <Link to="/admin/users" search={{ sync: 'failed' }} className={link}>
          Show them
        </Link>
      </HealthCard>
    );
  }
  if (pending > 0) {
    return (
      <HealthCard
        label="Changes on their way to Clerk"
        tone="waiting"
        title={`${count(pending, 'person has', 'people have')} changes on the way`}
      >
        <span>They count here already. Sending is retried until Clerk has them.</span>
        <Link to="/admin/users" search={{ sync: 'pending' }} className={link}>
          Show them
        </Link>
      </HealthCard>
    );
  }
  return (
    <HealthCard label="Changes on their way to Clerk" tone="good" title="Clerk has every change">
      <span>Nothing is waiting to be sent.</span>
    </HealthCard>
  );
}
