-- The same of an agreement that waits to be confirmed.
ALTER TABLE legal_basis ADD COLUMN IF NOT EXISTS reminded_at timestamptz;
GRANT UPDATE (reminded_at) ON legal_basis TO relais_web;
