"""The measures: the same actions asked of the product, of a bare page, and of the database."""
