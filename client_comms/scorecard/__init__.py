"""The 25 clauses of the procedure with their controls and figures: what holds, and how well (R-3)."""
