drop table usage_tag_daily;
