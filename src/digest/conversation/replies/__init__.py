"""Who answers whom: reply-to links between turns, answers to questions, threads."""
