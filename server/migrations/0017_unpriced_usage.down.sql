alter table usage_tag_daily drop column unpriced;
alter table usage_daily drop column unpriced;
