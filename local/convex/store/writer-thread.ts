/** The thread that writes (`thread-writer.ts`), as a program. */
import { workerData } from 'node:worker_threads';
import { DatabaseFile } from './database-file';
import { answerWork, type WriterData } from './thread-writer';

// As `ThreadWriter` gives it.
const data = workerData as WriterData;
answerWork(data, new DatabaseFile(data.folder, 'writer'));
