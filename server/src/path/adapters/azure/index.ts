/** OpenAI on Azure: OpenAI's wire at a customer's own address, by key or by a token of Entra ID. */
export { createAzureEndpoint } from './azure-client.ts';
