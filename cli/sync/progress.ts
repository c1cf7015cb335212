import { progress } from '@clack/prompts';
import type { Output } from '../output';
import type { SyncRun } from '../operator-api';

/** Where a run shows how far it is. */
export interface Progress {
  show: (run: SyncRun) => void;
  end: (run: SyncRun) => void;
}

export function phaseText(run: SyncRun): string {
  const left = run.timeLeftMs ? `, ${Math.ceil(run.timeLeftMs / 1000)} s left` : '';
  const rate = run.rate > 0 ? `, ${Math.round(run.rate)}/s` : '';
  return `${run.phase}: ${run.done} of ${run.total}${rate}${left}`;
}

/** What stands beside the bar is this long at most, with numbers of six digits. */
const textChars = 64;
const barChars = { min: 10, max: 40 };

/** One line, also where the terminal is narrow: a line that wraps leaves pieces behind. */
export function barWidth(columns: number): number {
  return Math.max(barChars.min, Math.min(barChars.max, columns - textChars));
}

/** A bar that moves, on a terminal. */
function bar(): Progress {
  const shown = progress({
    max: 1_000,
    style: 'block',
    size: barWidth(process.stdout.columns || 80),
  });
  shown.start('Starting');
  let at = 0;
  return {
    show(run) {
      const next = run.total > 0 ? Math.min(1_000, Math.floor((run.done / run.total) * 1_000)) : 0;
      shown.advance(Math.max(0, next - at), phaseText(run));
      at = Math.max(at, next);
    },
    end: (run) => shown.stop(`${run.phase}: ${run.done} of ${run.total}`),
  };
}

/** One line whenever there is something new to say, where the output is a file or a pipe. */
function lines(output: Output, everyMs: number): Progress {
  let lastText = '';
  let lastAtMs = 0;
  return {
    show(run) {
      const text = phaseText(run);
      const isNewPhase = !lastText.startsWith(`${run.phase}:`);
      if (text === lastText || (!isNewPhase && Date.now() - lastAtMs < everyMs)) return;
      lastText = text;
      lastAtMs = Date.now();
      output.line(text);
    },
    end: () => undefined,
  };
}

const silent: Progress = { show: () => undefined, end: () => undefined };

/** A bar on a terminal, plain lines in a pipe (all of them with `verbose`), nothing with `json`. */
export function progressFor(
  output: Output,
  options: { json: boolean; verbose: boolean; isTerminal: boolean },
): Progress {
  if (options.json) return silent;
  return options.isTerminal ? bar() : lines(output, options.verbose ? 0 : 2_000);
}
