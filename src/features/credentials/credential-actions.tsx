import { LoaderCircleIcon, PlugZapIcon } from 'lucide-react';
import { Suspense, useState } from 'react';
import { Button } from '../../components/ui/button';
import { lazyPart } from '../../lib/lazy-part';
import type { CredentialService } from '../../shared/credentials';
import { useSetActive, useTestConnection } from './commands';
import type { Credential } from './queries';

// Forms and their library come with the first one that is opened.
const StoreDialog = lazyPart(async () => (await import('./store-dialog')).StoreDialog);
const ImportDialog = lazyPart(async () => (await import('./import-dialog')).ImportDialog);

export interface CredentialActionsProps {
  organizationId: string;
  service: CredentialService;
  /** The newest version, where there is one. */
  current: Credential | undefined;
}

/** What can be done with the credential of one service. */
export function CredentialActions({ organizationId, service, current }: CredentialActionsProps) {
  const [open, setOpen] = useState<'store' | 'import'>();
  const test = useTestConnection();
  const setActive = useSetActive();
  const close = () => setOpen(undefined);
  const dialog = { organizationId, service, replaces: current !== undefined, onClose: close };
  return (
    <div className="flex flex-wrap gap-2">
      {current?.active && (
        <Button
          size="sm"
          variant="outline"
          busy={test.isPending}
          onClick={() => test.mutate({ organizationId, service })}
        >
          {test.isPending ? (
            <LoaderCircleIcon className="animate-spin" aria-hidden />
          ) : (
            <PlugZapIcon aria-hidden />
          )}
          Test connection
        </Button>
      )}
      <Button size="sm" variant={current ? 'outline' : 'default'} onClick={() => setOpen('store')}>
        {current ? 'Replace' : 'Store'}
      </Button>
      <Button size="sm" variant="ghost" onClick={() => setOpen('import')}>
        Import
      </Button>
      {current && (
        <Button
          size="sm"
          variant="ghost"
          busy={setActive.isPending}
          onClick={() => setActive.mutate({ credentialId: current._id, active: !current.active })}
        >
          {current.active ? 'Deactivate' : 'Activate'}
        </Button>
      )}
      <Suspense>
        {open === 'store' && <StoreDialog {...dialog} />}
        {open === 'import' && <ImportDialog {...dialog} />}
      </Suspense>
    </div>
  );
}
