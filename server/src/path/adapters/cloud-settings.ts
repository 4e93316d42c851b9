/** What entries of the two large clouds may say in reeve.yaml: regions, and the ways to prove who asks. */
import Type, { type Static } from 'typebox';
import type { Provider } from './adapter.ts';
import { OpenAiSettingsSchema } from './provider-settings.ts';

const Text = Type.String({ minLength: 1 });

/** Of Amazon Bedrock: a pair of keys (and the token of temporary ones), or `api_key` as a bearer token. */
export const BedrockSettingsSchema = Type.Object({
  /** Where `base_url` does not name it. `region` of an entry is about data, and is something else. */
  aws_region: Type.Optional(Text),
  access_key_id: Type.Optional(Text),
  secret_access_key: Type.Optional(Text),
  session_token: Type.Optional(Text),
});
export type BedrockSettings = Static<typeof BedrockSettingsSchema>;

/** Of OpenAI on Azure: `api_key`, or an application of Entra ID with its secret. */
export const AzureSettingsSchema = Type.Object({
  ...OpenAiSettingsSchema.properties,
  /** Set: the older paths, with the deployment's name in them. */
  api_version: Type.Optional(Text),
  entra_tenant_id: Type.Optional(Text),
  entra_client_id: Type.Optional(Text),
  entra_client_secret: Type.Optional(Text),
  /** Who gives tokens, where it is not the public cloud. */
  authority: Type.Optional(Text),
  /** What the token is asked for. */
  entra_scope: Type.Optional(Text),
});
export type AzureSettings = Static<typeof AzureSettingsSchema>;

const AUTHORITY = 'https://login.microsoftonline.com';

/** An entry's fields as they stand in reeve.yaml. */
type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with how the entry proves who asks, or `null`. */
export function checkBedrock(fields: Fields): string | null {
  const { api_key, access_key_id, secret_access_key, aws_region, base_url } = fields;
  const hasKeys = access_key_id !== undefined && secret_access_key !== undefined;
  if (api_key === undefined && !hasKeys) return 'needs api_key, or access_key_id and secret_access_key';
  if (hasKeys && aws_region === undefined && findAwsRegion(String(base_url)) === null) {
    return 'needs aws_region: base_url does not name one';
  }
  return null;
}

/** Likewise for Azure. */
export function checkAzure(fields: Fields): string | null {
  const { api_key, authority } = fields;
  const entra = [fields.entra_tenant_id, fields.entra_client_id, fields.entra_client_secret];
  const given = entra.filter((value) => value !== undefined).length;
  if (given > 0 && given < entra.length)
    return 'needs entra_tenant_id, entra_client_id and entra_client_secret together';
  if (given === 0 && api_key === undefined) return 'needs api_key, or an application of Entra ID (entra_…)';
  const url = authority === undefined ? null : URL.parse(String(authority));
  if (authority !== undefined && !/^https?:$/.test(url?.protocol ?? '')) return 'has an authority that is not a URL';
  return null;
}

/** The addresses that the adapter reaches beside `base_url`. */
export function findAzureUrls({ settings }: Pick<Provider, 'settings'>): string[] {
  return settings.entra_tenant_id === undefined ? [] : [readAuthority(settings)];
}

export function readAuthority(settings: AzureSettings): string {
  return (settings.authority ?? AUTHORITY).replace(/\/+$/, '');
}

/** The region in the name of an AWS host: `bedrock-runtime.eu-central-1.amazonaws.com`, also with `-fips` or a VPC endpoint's name. */
export function findAwsRegion(baseUrl: string): string | null {
  const host = URL.parse(baseUrl)?.hostname ?? '';
  return /(?:^|\.)bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\./.exec(host)?.[1] ?? null;
}
