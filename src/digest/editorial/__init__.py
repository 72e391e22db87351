"""The editor's judgement by rule: what is printed, how it is cleaned, where it stands."""
