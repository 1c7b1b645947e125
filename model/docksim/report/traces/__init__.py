"""One command hop by hop: as a sequence diagram, as a trace for Perfetto, as a table."""
