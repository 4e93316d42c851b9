-- Keys of members have no secret: without members nobody can use them, and receipts name them still.
drop index api_key_of_member;
alter table api_key drop column member_id;
drop table sign_in_attempt, sign_in_link, console_session, member_password, member;
