"""Facts, findings, verdicts and the shapes of reports. Everything else stands on these."""
