import { describeOperations } from './operations.ts';

describeOperations('the embedded database', async () => undefined);
