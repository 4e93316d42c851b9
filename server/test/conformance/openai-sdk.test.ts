import { describeSdkConformance } from './openai-sdk.ts';

describeSdkConformance('the embedded database', async () => undefined);
