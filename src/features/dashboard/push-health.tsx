import { CheckCircle2Icon, ClockIcon, TriangleAlertIcon } from 'lucide-react';
import { Card, CardDescription, CardTitle } from '../../components/ui/card';
import type { Stats } from './queries';

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

function health({ pending, failed }: Stats['pushes']) {
  if (failed > 0) {
    return {
      icon: <TriangleAlertIcon className="size-5 shrink-0 text-destructive" aria-hidden />,
      title: `${count(failed, 'role', 'roles')} could not be sent to Clerk`,
      text: `The roles count here all the same. The users page names the reason and can send them again.${pending > 0 ? ` ${count(pending, 'more is', 'more are')} on the way.` : ''}`,
    };
  }
  if (pending > 0) {
    return {
      icon: <ClockIcon className="size-5 shrink-0 text-warning" aria-hidden />,
      title: `${count(pending, 'role is', 'roles are')} on the way to Clerk`,
      text: 'They count here already. Sending is retried until Clerk has them.',
    };
  }
  return {
    icon: <CheckCircle2Icon className="size-5 shrink-0 text-success" aria-hidden />,
    title: 'Clerk has every role',
    text: 'No role change is waiting to be sent.',
  };
}

/** Requirement C8: what has not reached Clerk yet. */
export function PushHealth({ stats }: { stats: Stats }) {
  const { icon, title, text } = health(stats.pushes);
  return (
    <Card aria-label="Sync with Clerk" className="flex-row items-start gap-3">
      {icon}
      <div className="grid gap-1.5">
        <CardTitle>{title}</CardTitle>
        <CardDescription>{text}</CardDescription>
      </div>
    </Card>
  );
}
