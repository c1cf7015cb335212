import { CopyIcon } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { FormFooter } from '../../components/form-footer';
import { Button } from '../../components/ui/button';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '../../components/ui/dialog';
import { Input } from '../../components/ui/input';
import { NativeSelect } from '../../components/ui/native-select';
import { actorOf, useViewer } from '../../lib/live';
import { notify } from '../../lib/notify';
import { tokenNameLengthMax, tokenScopes, type TokenScope } from '../../shared/api-tokens';
import { canSometimes } from '../../shared/permissions';
import { useCreateToken } from './commands';
import { permissionTexts } from './permission-texts';

const lives = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
] as const;
type Life = (typeof lives)[number]['value'];

async function copy(token: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(token);
    notify({ kind: 'success', title: 'Token copied' });
  } catch {
    notify({ kind: 'error', title: 'Copying is not allowed here: select and copy it by hand' });
  }
}

/** The one time that a token is shown. */
function Shown({ token, onClose }: { token: string; onClose: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  // What was pressed to get here is gone, and the focus with it.
  useEffect(() => field.current?.focus(), []);
  return (
    <>
      <DialogTitle>Your new token</DialogTitle>
      <DialogDescription>
        Copy it now. It is shown this once: what is kept of it is a hash.
      </DialogDescription>
      <div className="flex items-center gap-2">
        <Input
          ref={field}
          readOnly
          aria-label="The token"
          value={token}
          className="font-mono"
          onFocus={(event) => event.target.select()}
        />
        <Button variant="outline" onClick={() => void copy(token)}>
          <CopyIcon aria-hidden /> Copy
        </Button>
      </div>
      <div className="flex justify-end">
        <Button onClick={onClose}>Done</Button>
      </div>
    </>
  );
}

interface ScopesProps {
  chosen: ReadonlySet<TokenScope>;
  onToggle: (scope: TokenScope) => void;
}

/** Only what the viewer may do: a token can never do more than its maker. */
function Scopes({ chosen, onToggle }: ScopesProps) {
  const actor = actorOf(useViewer());
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1.5 text-sm font-medium">What it may do</legend>
      <div className="grid max-h-56 gap-0.5 overflow-y-auto rounded-lg border p-2">
        {tokenScopes
          .filter((scope) => canSometimes(actor, scope))
          .map((scope) => (
            <label
              key={scope}
              className="flex cursor-pointer items-start gap-2 rounded-md px-1.5 py-1 text-sm hover:bg-accent"
            >
              <input
                type="checkbox"
                checked={chosen.has(scope)}
                onChange={() => onToggle(scope)}
                className="mt-0.5 size-4 shrink-0 accent-primary"
              />
              <span className="grid">
                {permissionTexts[scope]}
                <code className="font-mono text-xs text-muted-foreground">{scope}</code>
              </span>
            </label>
          ))}
      </div>
    </fieldset>
  );
}

function CreateForm({ onMade, onClose }: { onMade: (token: string) => void; onClose: () => void }) {
  const [name, setName] = useState('');
  const [life, setLife] = useState<Life>('90');
  const [chosen, setChosen] = useState<ReadonlySet<TokenScope>>(() => new Set());
  const [incomplete, setIncomplete] = useState(false);
  const create = useCreateToken();
  const nameId = useId();
  const toggle = (scope: TokenScope) =>
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(scope)) after.add(scope);
      return after;
    });
  const submit = () => {
    const ready = name.trim() !== '' && chosen.size > 0;
    setIncomplete(!ready);
    if (!ready) return;
    const input = { name: name.trim(), scopes: [...chosen], expiresInDays: Number(life) };
    create.mutate(input, { onSuccess: ({ token }) => onMade(token) });
  };
  return (
    <>
      <DialogTitle>New API token</DialogTitle>
      <DialogDescription>
        It acts as you, with what you choose here, and stops when you are deactivated.
      </DialogDescription>
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div className="grid gap-1.5">
          <label htmlFor={nameId} className="text-sm font-medium">
            Name
          </label>
          <Input
            id={nameId}
            value={name}
            maxLength={tokenNameLengthMax}
            placeholder="Nightly report"
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="flex items-center justify-between gap-3 text-sm font-medium">
          Expires after
          <NativeSelect label="Expires after" value={life} options={lives} onChange={setLife} />
        </div>
        <Scopes chosen={chosen} onToggle={toggle} />
        {incomplete && (
          <p role="alert" className="text-sm text-destructive">
            Give it a name, and choose at least one thing that it may do.
          </p>
        )}
        <FormFooter submit="Make token" command={create} onCancel={onClose} />
      </form>
    </>
  );
}

/** Makes a token and shows it once; it is gone with the dialog. */
export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const [token, setToken] = useState<string>();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        {token === undefined ? (
          <CreateForm onMade={setToken} onClose={onClose} />
        ) : (
          <Shown token={token} onClose={onClose} />
        )}
      </DialogContent>
    </Dialog>
  );
}
