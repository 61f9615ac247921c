-- Searched word by word as the name is; folded by app/folding.py alone.
ALTER TABLE company ADD COLUMN folded_trade_name varchar NOT NULL DEFAULT '';
GRANT UPDATE (folded_trade_name) ON company TO relais_web;
