drop table user_session_entry, user_sessions;
