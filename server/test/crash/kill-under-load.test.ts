import { describeKillUnderLoad } from './kill-under-load.ts';

describeKillUnderLoad('the embedded database', async () => undefined);
