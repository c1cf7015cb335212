import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { KeySquareIcon, PlusIcon } from 'lucide-react';
import { Suspense, useState } from 'react';
import { PartyLink } from '../../components/audit/party-link';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { LoadingList } from '../../components/loading-list';
import { Notice } from '../../components/notice';
import { Pager } from '../../components/pager';
import { AlertDialogDescription } from '../../components/ui/alert-dialog';
import { Badge, type BadgeVariant } from '../../components/ui/badge';
import { Button } from '../../components/ui/button';
import { Table, TableCell, TableHead, TableRow } from '../../components/ui/table';
import type { Position } from '../../lib/page-trail';
import { lazyPart } from '../../lib/lazy-part';
import { useRevokeToken } from './commands';
import { permissionTexts } from './permission-texts';
import { tokensQuery, type TokenRow } from './queries';

// Comes with the first token that is made.
const CreateTokenDialog = lazyPart(
  async () => (await import('./create-token-dialog')).CreateTokenDialog,
);

const states: Record<TokenRow['state'], { label: string; variant: BadgeVariant }> = {
  active: { label: 'Active', variant: 'success' },
  expired: { label: 'Expired', variant: 'secondary' },
  revoked: { label: 'Revoked', variant: 'destructive' },
  creatorInactive: { label: 'Its maker is deactivated', variant: 'warning' },
};

function Scopes({ scopes }: { scopes: readonly TokenRow['scopes'][number][] }) {
  return (
    <details className="text-xs text-muted-foreground">
      <summary className="w-fit cursor-pointer rounded-sm outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50">
        {scopes.length} {scopes.length === 1 ? 'permission' : 'permissions'}
      </summary>
      <ul className="mt-1 grid gap-0.5">
        {scopes.map((scope) => (
          <li key={scope}>{permissionTexts[scope]}</li>
        ))}
      </ul>
    </details>
  );
}

function Row({ token, onRevoke }: { token: TokenRow; onRevoke: () => void }) {
  const { label, variant } = states[token.state];
  const { createdBy } = token;
  return (
    <TableRow className="max-md:grid max-md:gap-1.5 max-md:p-3">
      <TableCell className="max-md:p-0">
        <span className="block font-medium wrap-anywhere">{token.name}</span>
        <code className="font-mono text-xs text-muted-foreground">rc_{token.tokenId}_…</code>
        <Scopes scopes={token.scopes} />
      </TableCell>
      <TableCell className="max-md:p-0">
        <Badge variant={variant}>{label}</Badge>
      </TableCell>
      <TableCell className="text-xs max-md:p-0">
        <PartyLink party={{ ref: '', name: createdBy.name, userId: createdBy.userId }} />
        <span className="block text-muted-foreground">
          <Instant at={token.createdAt} />
        </span>
      </TableCell>
      <TableCell className="text-xs text-muted-foreground max-md:p-0">
        <span className="block">
          {token.revokedAt === undefined ? 'Until ' : 'Revoked '}
          <Instant at={token.revokedAt ?? token.expiresAt} />
        </span>
        Last used <Instant at={token.lastUsedAt} fallback="never" />
      </TableCell>
      <TableCell className="max-md:p-0 md:text-right">
        {(token.state === 'active' || token.state === 'creatorInactive') && (
          <Button
            size="xs"
            variant="outline"
            aria-label={`Revoke ${token.name}`}
            onClick={onRevoke}
          >
            Revoke
          </Button>
        )}
      </TableCell>
    </TableRow>
  );
}

function RevokeDialog({ token, onClose }: { token: TokenRow; onClose: () => void }) {
  const revoke = useRevokeToken();
  return (
    <ConfirmDialog
      title={`Revoke ${token.name}?`}
      confirm="Revoke"
      destructive
      command={revoke}
      onConfirm={() => revoke.mutate({ tokenId: token.tokenId }, { onSuccess: onClose })}
      open
      onOpenChange={(open) => !open && onClose()}
    >
      <AlertDialogDescription>
        Whatever uses this token is refused from its next request on. This cannot be undone; make a
        new token instead.
      </AlertDialogDescription>
    </ConfirmDialog>
  );
}

function List({ onRevoke }: { onRevoke: (token: TokenRow) => void }) {
  const [position, setPosition] = useState<Position>({});
  // As of the opening of the page: a clock in the question would ask it anew all the time.
  const [now] = useState(() => Date.now());
  const query = useQuery({
    ...tokensQuery(now, position.cursor),
    placeholderData: keepPreviousData,
  });
  if (query.error) return <LoadError what="list of tokens" error={query.error} className="py-8" />;
  const { data } = query;
  if (!data) return <LoadingList label="Loading tokens" rows={3} />;
  if (data.page.length === 0) {
    return (
      <Notice icon={<KeySquareIcon aria-hidden />} title="There is no API token" className="py-10">
        <p>
          A token lets a script use the REST API as you, with the permissions that you choose and
          for as long as you say.
        </p>
      </Notice>
    );
  }
  const next = data.isDone || query.isPlaceholderData ? undefined : data.continueCursor;
  return (
    <>
      <Table aria-label="API tokens" className="max-md:block">
        <thead className="border-b bg-muted/50 max-md:sr-only">
          <tr>
            <TableHead>Token</TableHead>
            <TableHead>State</TableHead>
            <TableHead>Made by</TableHead>
            <TableHead>Validity</TableHead>
            <TableHead>
              <span className="sr-only">Actions</span>
            </TableHead>
          </tr>
        </thead>
        <tbody className="max-md:block">
          {data.page.map((token) => (
            <Row key={token.tokenId} token={token} onRevoke={() => onRevoke(token)} />
          ))}
        </tbody>
      </Table>
      {(next !== undefined || position.cursor) && (
        <div className="border-t p-3">
          <Pager position={position} nextCursor={next} listKey="tokens" onMove={setPosition} />
        </div>
      )}
    </>
  );
}

/** API tokens: made here, shown once, narrowed to what their maker chose, revoked at once. */
export function Tokens() {
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<TokenRow>();
  return (
    <div className="grid grid-cols-1 gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm text-muted-foreground">
          For scripts and other servers:{' '}
          <code className="font-mono">Authorization: Bearer rc_…</code> on{' '}
          <code className="font-mono">/api/v1</code>.
        </p>
        <Button onClick={() => setCreating(true)}>
          <PlusIcon aria-hidden /> New token
        </Button>
      </div>
      <div className="overflow-hidden rounded-xl border bg-card shadow-xs">
        <List onRevoke={setRevoking} />
      </div>
      {revoking && <RevokeDialog token={revoking} onClose={() => setRevoking(undefined)} />}
      <Suspense>{creating && <CreateTokenDialog onClose={() => setCreating(false)} />}</Suspense>
    </div>
  );
}
