import { useHydrated } from '@tanstack/react-router';
import { KeyRoundIcon, RefreshCwIcon, ScanSearchIcon } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { ErrorCodeLink } from '../../components/error-code-link';
import { Field } from '../../components/field';
import { Button } from '../../components/ui/button';
import { Card, CardDescription, CardHeader, CardTitle } from '../../components/ui/card';
import { Input } from '../../components/ui/input';
import { NativeSelect } from '../../components/ui/native-select';
import { errorBodyOf } from '../../lib/coded-error';
import { isSecretKey, normaliseDomain, syncKinds, type SyncKind } from '../../shared/sync';
import { useStart, useStartWithKey } from './commands';
import { kindLabels } from './words';

const everything = 'everything';

const kindOptions: { value: SyncKind | typeof everything; label: string }[] = [
  { value: everything, label: 'Everything' },
  ...syncKinds.map((kind) => ({ value: kind, label: kindLabels[kind] })),
];

interface Mistakes {
  secretKey?: string;
  emailDomain?: string;
}

interface Filled {
  secretKey: string;
  emailDomain: string;
}

/** A2: the form of a key is judged before anything is sent. */
function mistakesIn({ secretKey, emailDomain }: Filled, keyNeeded: boolean): Mistakes {
  return {
    ...(secretKey === '' &&
      keyNeeded && { secretKey: 'Paste a key: this installation has none of its own.' }),
    ...(secretKey !== '' &&
      !isSecretKey(secretKey) && {
        secretKey: 'A Clerk secret key starts with sk_test_ or sk_live_ and has no blanks.',
      }),
    ...(emailDomain !== '' &&
      normaliseDomain(emailDomain) === null && {
        emailDomain: 'Give a domain such as example.com.',
      }),
  };
}

function useStartForm(hasServerKey: boolean) {
  const [secretKey, setSecretKey] = useState('');
  const [emailDomain, setEmailDomain] = useState('');
  const [only, setOnly] = useState<SyncKind | typeof everything>(everything);
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const [error, setError] = useState<unknown>();
  const start = useStart();
  const startWithKey = useStartWithKey();
  const send = (mode: 'apply' | 'dryRun') => {
    const filled = { secretKey: secretKey.trim(), emailDomain: emailDomain.trim() };
    const found = mistakesIn(filled, !hasServerKey);
    setMistakes(found);
    // A2: whatever becomes of it, the key does not stay on the page.
    setSecretKey('');
    if (Object.keys(found).length > 0) return;
    const domain = normaliseDomain(filled.emailDomain) ?? undefined;
    const chosen = only === everything ? undefined : only;
    // A domain is a matter of people alone.
    const scope = {
      mode,
      only: domain === undefined ? chosen : ('users' as const),
      emailDomain: domain,
    };
    setError(undefined);
    if (filled.secretKey === '') {
      start.mutate(scope, { onError: setError });
      return;
    }
    startWithKey.mutate(
      { ...scope, secretKey: filled.secretKey },
      // A mutation remembers what it sent until it is reset.
      { onError: setError, onSettled: startWithKey.reset },
    );
  };
  return {
    secretKey,
    setSecretKey,
    emailDomain,
    setEmailDomain,
    only,
    setOnly,
    mistakes,
    send,
    isPending: start.isPending || startWithKey.isPending,
    error,
  };
}

function ScopeFields({ form }: { form: ReturnType<typeof useStartForm> }) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label="What" hint="Memberships need the other two to be there.">
        {({ id }) => (
          <NativeSelect
            id={id}
            label="What"
            value={form.only}
            options={kindOptions}
            onChange={form.setOnly}
          />
        )}
      </Field>
      <Field
        label="Only this email domain"
        hint="Users only; empty means all."
        error={form.mistakes.emailDomain}
      >
        {(aria) => (
          <Input
            {...aria}
            placeholder="example.com"
            value={form.emailDomain}
            onChange={(event) => form.setEmailDomain(event.target.value)}
          />
        )}
      </Field>
    </div>
  );
}

interface StartFormProps {
  hasServerKey: boolean;
  /** A run goes on: one at a time. */
  busy: boolean;
}

/** Requirements A2, A11: what to synchronise, with which key, for real or to look first. */
export function StartForm({ hasServerKey, busy }: StartFormProps) {
  const form = useStartForm(hasServerKey);
  const hydrated = useHydrated();
  const disabled = busy || form.isPending;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!disabled) form.send('apply');
  };
  return (
    <Card aria-label="Start a sync">
      <CardHeader>
        <CardTitle>Start a sync</CardTitle>
        <CardDescription>
          Compares everybody in Clerk with everybody here and takes over what is missing or newer.
          Roles, access and fields of your own stay as they are. Nobody is deleted.
        </CardDescription>
      </CardHeader>
      <form onSubmit={submit} noValidate>
        {/* What is typed or pressed before the page is alive would be lost. */}
        <fieldset disabled={!hydrated} className="grid gap-4">
          <Field
            label={hasServerKey ? 'Clerk secret key (optional)' : 'Clerk secret key'}
            hint={
              hasServerKey
                ? 'Leave it empty to use the key of this installation.'
                : 'Used for this one sync and kept nowhere.'
            }
            error={form.mistakes.secretKey}
          >
            {(aria) => (
              <Input
                {...aria}
                type="password"
                // No password manager should keep it.
                autoComplete="off"
                spellCheck={false}
                data-1p-ignore
                placeholder="sk_live_…"
                value={form.secretKey}
                onChange={(event) => form.setSecretKey(event.target.value)}
              />
            )}
          </Field>
          <ScopeFields form={form} />
          {Boolean(form.error) && (
            <p
              role="alert"
              className="rounded-md bg-destructive/10 px-3 py-2 text-sm text-destructive"
            >
              {errorBodyOf(form.error).message}{' '}
              <ErrorCodeLink code={errorBodyOf(form.error).code} />
            </p>
          )}
          <div className="flex flex-wrap items-center gap-2">
            <Button type="submit" disabled={disabled}>
              <RefreshCwIcon aria-hidden /> Start Sync
            </Button>
            <Button variant="outline" disabled={disabled} onClick={() => form.send('dryRun')}>
              <ScanSearchIcon aria-hidden /> Dry run
            </Button>
            <p className="flex items-center gap-1.5 text-xs text-muted-foreground">
              <KeyRoundIcon className="size-3.5 shrink-0" aria-hidden />
              {busy
                ? 'A sync is running; one at a time.'
                : 'A dry run changes nothing and shows what would.'}
            </p>
          </div>
        </fieldset>
      </form>
    </Card>
  );
}
