/** Environment and reeve.yaml together, so that whoever mends them sees every fault in one round. */
import { readConfig, type Config, type Purpose } from './config.ts';
import { ConfigurationError, inspectEnvironment, type Environment } from './environment.ts';

export interface Settings {
  environment: Environment;
  config: Config;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** `overrides` are command-line flags under the variables' names. Throws `ConfigurationError` with all faults of both. */
export function readSettings(variables: Variables, overrides: Variables = {}, purpose: Purpose = 'calls'): Settings {
  const { environment, config, environmentFaults, fileFaults } = inspectSettings(variables, overrides, purpose);
  const faults = [...environmentFaults, ...fileFaults];
  if (faults.length > 0 || config === null) throw new ConfigurationError(faults);
  return { environment, config };
}

export interface InspectedSettings {
  environment: Environment;
  environmentFaults: readonly string[];
  /** `null` where the file has faults. */
  config: Config | null;
  fileFaults: readonly string[];
}

/** Both as far as they can be read, and what is wrong with each. */
export function inspectSettings(
  variables: Variables,
  overrides: Variables = {},
  purpose: Purpose = 'calls',
): InspectedSettings {
  const { environment: whole, faults: environmentFaults } = inspectEnvironment(variables, overrides);
  const environment = purpose === 'calls' ? whole : { ...whole, providerKeys: new Map<string, string>() };
  try {
    return { environment, environmentFaults, config: readConfig(environment, purpose), fileFaults: [] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { environment, environmentFaults, config: null, fileFaults: error.faults };
  }
}
