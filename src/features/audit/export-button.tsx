import { DownloadIcon, LoaderCircleIcon } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/ui/button';
import { CodedError, errorBodyOf } from '../../lib/coded-error';
import { notify } from '../../lib/notify';
import { sessionToken } from '../../lib/session-token';
import { useTimeZone } from '../../lib/time-zone';
import { errorBody, isErrorBody } from '../../shared/error-codes';
import { filterOf, type AuditSearch } from './search';

type Format = 'csv' | 'json';

async function download(format: Format, filter: object): Promise<void> {
  const token = await sessionToken();
  const response = await fetch('/api/audit/export', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ format, ...filter }),
  });
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => undefined);
    throw new CodedError(isErrorBody(body) ? body : errorBody('INTERNAL'));
  }
  // Rejects when the server broke the file off: half a file is never saved.
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = nameOf(response) ?? `audit.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function nameOf(response: Response): string | undefined {
  return /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
}

/** What the filters show, as a file. Taking one is itself in the log. */
export function ExportButtons({ search }: { search: AuditSearch }) {
  const zone = useTimeZone();
  const [running, setRunning] = useState<Format>();
  const run = async (format: Format) => {
    setRunning(format);
    try {
      await download(format, filterOf(search, zone));
      notify({ kind: 'success', title: 'The log is downloaded' });
    } catch (error) {
      const { message, code } = errorBodyOf(error);
      notify({ kind: 'error', title: message, description: code });
    } finally {
      setRunning(undefined);
    }
  };
  return (['csv', 'json'] as const).map((format) => (
    <Button
      key={format}
      variant="outline"
      size="sm"
      disabled={running !== undefined}
      onClick={() => void run(format)}
    >
      {running === format ? (
        <LoaderCircleIcon className="animate-spin" aria-hidden />
      ) : (
        <DownloadIcon aria-hidden />
      )}
      Export {format.toUpperCase()}
    </Button>
  ));
}
