drop function reeve_ensure_receipt_partitions(integer);
