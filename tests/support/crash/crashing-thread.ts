/** The thread that writes, in a process that ends at one of the steps of its file. */
import { workerData } from 'node:worker_threads';
import { answerWork, type WriterData } from '../../../local/convex/store/thread-writer';
import { CrashingFile } from './crashing-file';

// As `ThreadWriter` gives it; the step comes from `child.ts`.
const data = workerData as WriterData;
answerWork(data, new CrashingFile(data.folder, Number(process.env['CRASH_AT']), 'writer'));
