import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CronSpec, DueJob } from '../engine/contract';
import { FakeEngine } from '../http/testing/fake-engine';
import { CronLoop } from './cron-loop';
import { JobLoop } from './job-loop';

const startMs = Date.parse('2026-01-01T00:00:00.000Z');
const hourMs = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: startMs });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const job = (id: string, afterMs: number, kind: DueJob['kind'] = 'mutation'): DueJob => ({
  id,
  componentPath: '',
  path: `jobs:${id}`,
  args: {},
  scheduledTimeMs: startMs + afterMs,
  kind,
});

describe('scheduled functions', () => {
  let engine: FakeEngine;
  let loop: JobLoop;
  beforeEach(() => {
    engine = new FakeEngine();
    loop = new JobLoop(engine.jobs);
  });
  afterEach(() => {
    vi.useRealTimers();
    return loop.stop(0);
  });

  it('run when due and not before, also months ahead', async () => {
    const monthsMs = 90 * 24 * hourMs;
    engine.dueJobs = [job('soon', 1_000), job('far', monthsMs)];
    await loop.start();
    await vi.advanceTimersByTimeAsync(999);
    expect(engine.ranJobs).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(engine.ranJobs).toEqual(['soon']);
    await vi.advanceTimersByTimeAsync(monthsMs - 1_001);
    expect(engine.ranJobs).toEqual(['soon']);
    await vi.advanceTimersByTimeAsync(1);
    expect(engine.ranJobs).toEqual(['soon', 'far']);
  });

  it('hear of jobs scheduled later, while a long action runs, too', async () => {
    await loop.start();
    const run = engine.runJob;
    engine.runJob = (due) =>
      due.id === 'long' ? run(due).then(() => new Promise<void>(() => undefined)) : run(due);
    engine.schedule(job('long', 0, 'action'));
    await vi.advanceTimersByTimeAsync(10);
    engine.schedule(job('next', 5_000));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(engine.ranJobs).toEqual(['long', 'next']);
  });

  it('never run one job twice side by side, although it is listed until it has ended', async () => {
    let started = 0;
    let release: () => void = () => undefined;
    engine.runJob = async () => {
      started += 1;
      await new Promise<void>((resolve) => (release = resolve));
      engine.dueJobs = [];
    };
    engine.dueJobs = [job('slow', 0)];
    await loop.start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(started).toBe(1);
    release();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(started).toBe(1);
  });

  it('bound how many actions run at once, and go on as they end', async () => {
    const releases: (() => void)[] = [];
    let most = 0;
    let running = 0;
    engine.runJob = async (due) => {
      engine.dueJobs = engine.dueJobs.filter(({ id }) => id !== due.id);
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => releases.push(resolve));
      running -= 1;
    };
    engine.dueJobs = Array.from({ length: 200 }, (_, i) => job(`a${i}`, 0, 'action'));
    await loop.start();
    for (let i = 0; i < 200; i += 1) {
      await vi.advanceTimersByTimeAsync(200);
      releases.shift()?.();
    }
    await vi.advanceTimersByTimeAsync(200);
    expect(engine.dueJobs).toEqual([]);
    expect(running).toBe(0);
    expect(most).toBe(64);
  });

  it('try again later, not at once, when the runtime could not run a job', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    let attempts = 0;
    engine.runJob = async () => {
      attempts += 1;
      throw new Error('disk full');
    };
    engine.dueJobs = [job('unlucky', 0)];
    await loop.start();
    await vi.advanceTimersByTimeAsync(500);
    expect(attempts).toBe(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(attempts).toBeGreaterThanOrEqual(3);
    expect(attempts).toBeLessThanOrEqual(4);
  });

  it('are waited for at shutdown, and nothing starts any more', async () => {
    let release: () => void = () => undefined;
    engine.runJob = (due) => {
      engine.dueJobs = engine.dueJobs.filter(({ id }) => id !== due.id);
      return new Promise((resolve) => (release = resolve));
    };
    engine.dueJobs = [job('running', 0), job('later', 1_000)];
    await loop.start();
    let stopped = false;
    const stopping = loop.stop(60_000).then(() => (stopped = true));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stopped).toBe(false);
    release();
    await stopping;
    expect(engine.dueJobs.map(({ id }) => id)).toEqual(['later']);
  });
});

describe('crons', () => {
  let engine: FakeEngine;
  let loop: CronLoop;
  let runs: number[];
  let hold: Promise<void> | undefined;
  const cron = (name: string, schedule: CronSpec['schedule'], path = 'crons:tick'): CronSpec => ({
    componentPath: '',
    name,
    path,
    args: {},
    schedule,
  });
  beforeEach(() => {
    runs = [];
    hold = undefined;
    const handler = async () => {
      runs.push((Date.now() - startMs) / 1000);
      await hold;
      return null;
    };
    engine = new FakeEngine({
      'crons:tick': { kind: 'mutation', isInternal: true, handler },
      'crons:act': { kind: 'action', isInternal: true, handler },
    });
    loop = new CronLoop(engine);
  });
  afterEach(() => {
    vi.useRealTimers();
    return loop.stop(0);
  });

  it('run at an interval from their deployment on, without drifting', async () => {
    engine.cronSpecs = [cron('i', { type: 'interval', seconds: 30 })];
    await loop.start();
    await vi.advanceTimersByTimeAsync(95_000);
    expect(runs).toEqual([0, 30, 60, 90]);
  });

  it('run at their time of day, not at the deployment', async () => {
    engine.cronSpecs = [cron('h', { type: 'hourly', minuteUTC: 10 })];
    await loop.start();
    await vi.advanceTimersByTimeAsync(2 * hourMs);
    expect(runs).toEqual([600, 4200]);
  });

  it('make up for runs missed while down by a single one', async () => {
    engine.cronSpecs = [cron('h', { type: 'hourly', minuteUTC: 10 })];
    engine.cronRuns.set('h', startMs - 5 * hourMs);
    await loop.start();
    await vi.advanceTimersByTimeAsync(599_000);
    expect(runs).toEqual([0]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(runs).toEqual([0, 600]);
  });

  it('count a slot as missed that passed before the first run ever', async () => {
    engine.cronSpecs = [cron('h', { type: 'hourly', minuteUTC: 10 })];
    await loop.start();
    await loop.stop(0);
    vi.setSystemTime(startMs + hourMs / 2);
    loop = new CronLoop(engine);
    await loop.start();
    await vi.advanceTimersByTimeAsync(10);
    expect(runs).toEqual([1800]);
  });

  it.each(['crons:tick', 'crons:act'])('never overlap themselves (%s)', async (path) => {
    let release: () => void = () => undefined;
    hold = new Promise((resolve) => (release = resolve));
    engine.cronSpecs = [cron('i', { type: 'interval', seconds: 10 }, path)];
    await loop.start();
    await vi.advanceTimersByTimeAsync(35_000);
    expect(runs).toEqual([0]);
    release();
    await vi.advanceTimersByTimeAsync(9_900);
    expect(runs).toEqual([0]);
    await vi.advanceTimersByTimeAsync(10_100);
    expect(runs).toEqual([0, 45, 55]);
  });

  it('run a mutation once per slot even when the process died before noting it', async () => {
    engine.cronSpecs = [cron('h', { type: 'hourly', minuteUTC: 10 })];
    engine.cronRuns.set('h', startMs - hourMs);
    engine.jobs.recordCronRun = async () => undefined;
    await loop.start();
    await vi.advanceTimersByTimeAsync(1_000);
    await loop.stop(0);
    loop = new CronLoop(engine);
    await loop.start();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(runs).toHaveLength(1);
  });

  it('follow a push: new ones start, removed ones stop', async () => {
    engine.cronSpecs = [cron('old', { type: 'interval', seconds: 10 })];
    await loop.start();
    await vi.advanceTimersByTimeAsync(15_000);
    engine.cronSpecs = [cron('new', { type: 'interval', seconds: 100 })];
    engine.deploy();
    await vi.advanceTimersByTimeAsync(90_000);
    expect(runs).toEqual([0, 10, 15]);
  });

  it('do not run twice when a push comes during their first run', async () => {
    let release: () => void = () => undefined;
    hold = new Promise((resolve) => (release = resolve));
    engine.cronSpecs = [cron('i', { type: 'interval', seconds: 10 })];
    await loop.start();
    await vi.advanceTimersByTimeAsync(1_000);
    engine.deploy();
    await vi.advanceTimersByTimeAsync(1_000);
    release();
    await vi.advanceTimersByTimeAsync(7_900);
    expect(runs).toEqual([0]);
    await vi.advanceTimersByTimeAsync(200);
    expect(runs).toEqual([0, 10]);
  });

  it('leave the others running when one has a schedule that makes no sense', async () => {
    const complaint = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    engine.cronSpecs = [
      cron('bad', { type: 'cron', cron: 'x' }),
      cron('good', { type: 'interval', seconds: 10 }),
    ];
    await loop.start();
    await vi.advanceTimersByTimeAsync(11_000);
    expect(runs).toEqual([0, 10]);
    expect(complaint.mock.calls.join()).toContain('"bad"');
  });
});
