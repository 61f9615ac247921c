DROP INDEX ix_company_known_seats;
DROP INDEX ix_company_name_grams;
CREATE INDEX ix_company_known ON company USING gin (known_seats, search_grams)
  WITH (fastupdate = off);
