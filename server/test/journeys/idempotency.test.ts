import { describeIdempotency } from './idempotency.ts';

describeIdempotency('embedded', async () => undefined);
