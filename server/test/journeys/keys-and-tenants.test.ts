import { describeKeysAndTenants } from './keys-and-tenants.ts';

describeKeysAndTenants('the embedded database', async () => undefined);
