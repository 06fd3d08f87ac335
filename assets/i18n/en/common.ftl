# A text that does not come from this program.
verbatim = { $text }
