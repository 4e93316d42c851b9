drop table webhook_delivery, webhook;
