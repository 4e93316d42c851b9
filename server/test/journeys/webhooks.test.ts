import { describeWebhooks } from './webhooks.ts';

describeWebhooks('the embedded database', async () => undefined);
