-- How many of the receipts have no price: their cost is not known, and `cost_nanos` is without them. What was summed before is
-- summed anew from the receipts, as both projections begin at the first again.
alter table usage_daily add column unpriced bigint not null default 0;
alter table usage_tag_daily add column unpriced bigint not null default 0;

truncate usage_daily, usage_tag_daily;
delete from projection_cursor where projection in ('usage', 'usage-tags');
