-- When the link of an action was last sent again: once a day at most.
ALTER TABLE case_action ADD COLUMN IF NOT EXISTS reminded_at timestamptz;
GRANT UPDATE (reminded_at) ON case_action TO relais_web;
