"""The pages that gather the other features: *Aujourd'hui*, the journal, the help."""
