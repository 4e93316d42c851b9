/** The management API without a running server: the same program, composed for one visit of the command line. */
import { createAdminClient, type AdminRequest } from './cli/admin-client.ts';
import { compose } from './compose.ts';
import { listenForOperator } from './listen.ts';
import type { Settings } from './settings.ts';

interface LocalVisit {
  request: AdminRequest;
  /** The owner's key where this visit was the first start: nobody can read it again. */
  freshKey: string | null;
}

/**
 * Opens everything, lets `work` ask the API as the operator over the admin socket, and closes everything. Rejects with
 * `DataFolderBusyError` where another process holds the data folder.
 */
export async function withLocalControl<T>(
  { environment, config }: Settings,
  work: (visit: LocalVisit) => Promise<T>,
): Promise<T> {
  // The gateway too: a verb may ask a model.
  const shape = { roles: ['gateway' as const, 'control' as const], workers: 1 };
  const reeve = await compose({ ...environment, shape, logLevel: 'error' }, config);
  try {
    reeve.closing.onClose('the admin socket', await listenForOperator(reeve));
    const client = createAdminClient(reeve.dataDir);
    try {
      return await work({ request: client.request, freshKey: reeve.bootstrap.freshKey });
    } finally {
      client.close();
    }
  } finally {
    await reeve.closing.close();
  }
}
