import {
  CircleCheckIcon,
  CircleHelpIcon,
  RotateCwIcon,
  TriangleAlertIcon,
  XCircleIcon,
} from 'lucide-react';
import { ErrorCodeLink } from '../../components/error-code-link';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { LoadingList } from '../../components/loading-list';
import { Button } from '../../components/ui/button';
import { cn } from '../../lib/cn';
import type { ErrorCode } from '../../shared/error-codes';
import { useCheck } from './commands';

type Check = NonNullable<ReturnType<typeof useCheck>['data']>;
type Finding = Check['findings'][number];

const looks = {
  ok: { icon: CircleCheckIcon, tone: 'text-success', word: 'In order' },
  warning: { icon: TriangleAlertIcon, tone: 'text-warning', word: 'Warning' },
  problem: { icon: XCircleIcon, tone: 'text-destructive', word: 'Problem' },
  unknown: { icon: CircleHelpIcon, tone: 'text-muted-foreground', word: 'Not known' },
} as const;

/** Where the guide of errors says more about what a check found. */
function codeOf(id: string): ErrorCode {
  if (id === 'clerk.key') return 'CLERK_KEY_INVALID';
  if (id.startsWith('clerk.')) return 'CLERK_UNAVAILABLE';
  if (id.startsWith('webhook.')) return 'BAD_SIGNATURE';
  return 'NOT_CONFIGURED';
}

function Row({ finding }: { finding: Finding }) {
  const { icon: Icon, tone, word } = looks[finding.state];
  return (
    <li className="flex gap-3 border-b px-4 py-3 last:border-b-0">
      <Icon className={cn('mt-0.5 size-4 shrink-0', tone)} aria-hidden />
      <span className="sr-only">{word}:</span>
      <div className="grid min-w-0 gap-0.5 text-sm">
        <p className="font-medium wrap-anywhere">{finding.title}</p>
        <p className="wrap-anywhere text-muted-foreground">{finding.detail}</p>
        {finding.remedy && (
          <p className="text-pretty wrap-anywhere">
            {finding.remedy} <ErrorCodeLink code={codeOf(finding.id)} />
          </p>
        )}
      </div>
    </li>
  );
}

function verdict(findings: Finding[]): string {
  const bad = findings.filter(({ state }) => state !== 'ok').length;
  if (bad === 0) return `All ${findings.length} checks are in order.`;
  return `${bad} of ${findings.length} checks ${bad === 1 ? 'needs' : 'need'} a look.`;
}

/** F2: each key present and well-formed, Clerk and Convex reachable and fitting, webhooks, owner. */
export function Health() {
  const check = useCheck();
  if (check.isPending) return <LoadingList label="Checking the connections" />;
  if (check.error) {
    return <LoadError what="checks" error={check.error} onRetry={() => void check.refetch()} />;
  }
  const { findings, checkedAt } = check.data;
  // What needs a look comes first; the order of the checks stays otherwise.
  const sorted = findings.toSorted((a, b) => Number(a.state === 'ok') - Number(b.state === 'ok'));
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <output className="text-sm text-muted-foreground">
          {verdict(findings)} Checked <Instant at={checkedAt} />.
        </output>
        <Button
          size="sm"
          variant="outline"
          disabled={check.isFetching}
          onClick={() => void check.refetch()}
        >
          <RotateCwIcon className={check.isFetching ? 'animate-spin' : undefined} aria-hidden />
          Check again
        </Button>
      </div>
      <ul aria-label="Checks" className="overflow-hidden rounded-xl border bg-card shadow-xs">
        {sorted.map((finding) => (
          <Row key={finding.id} finding={finding} />
        ))}
      </ul>
      <p className="text-sm text-muted-foreground">
        <code className="font-mono">npm run doctor</code> on the server checks more: it also sends a
        signed test event to the webhook addresses.
      </p>
    </div>
  );
}
