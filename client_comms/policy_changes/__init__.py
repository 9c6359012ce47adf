"""Changes of the policy: simulated on the records that exist, compared, exchanged as a file, and applied (M-1, T-4)."""
