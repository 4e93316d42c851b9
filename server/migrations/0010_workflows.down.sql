drop table workflow_schedule, workflow_worker, workflow_message, workflow_step, workflow_run;
