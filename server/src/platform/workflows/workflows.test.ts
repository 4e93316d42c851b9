import { openTestDatabase } from '../database/testing.ts';
import { describeWorkers } from './workers-contract.testing.ts';
import { describeWorkflows } from './workflows-contract.testing.ts';

describeWorkflows('PGlite', openTestDatabase);
describeWorkers('PGlite', openTestDatabase);
