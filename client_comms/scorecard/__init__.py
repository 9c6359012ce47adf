"""The 25 clauses of the procedure with their controls and figures (R-3)."""
