drop table usage_daily;
