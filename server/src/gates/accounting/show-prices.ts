/** The prices in force, as people look at them: USD per million tokens, and where each comes from. */
import Type from 'typebox';
import { originOf, OriginSchema, type FindOrigin, type SettingsPart } from '#kernel';
import type { ListedProvider, PriceBook } from './price-book.ts';
import { PriceEntrySchema } from './prices-config.ts';

interface PricesPartDeps {
  prices: PriceBook;
  providers: readonly ListedProvider[];
  findOrigin: FindOrigin;
}

const PricesSchema = Type.Object({
  /** As receipts name it. */
  version: Type.String(),
  /** Of every model that is listed for a configured provider. */
  rows: Type.Array(
    Type.Object({
      provider: Type.String(),
      model: Type.String(),
      entry: PriceEntrySchema,
      origin: Type.Union([OriginSchema, Type.Null()]),
    }),
  ),
});

/** Prices are no secret: whoever may call is told what it costs. Where the operator wrote them is. */
export function createPricesPart({ prices, providers, findOrigin }: PricesPartDeps): SettingsPart {
  const list = (provider: ListedProvider, shown: boolean) =>
    prices.listModels(provider).flatMap((model) => {
      const entry = prices.describe(provider, model);
      if (entry === null) return [];
      const own = findOrigin(['prices', `${provider.name}/${model}`]);
      const origin = own.source === 'default' ? originOf('catalogue', prices.catalogueVersion) : own;
      return [{ provider: provider.name, model, entry, origin: shown ? origin : null }];
    });
  return {
    name: 'prices',
    schema: PricesSchema,
    read: ({ everything }) =>
      Promise.resolve({
        version: prices.version,
        rows: providers.flatMap((provider) => list(provider, everything)),
      }),
  };
}
