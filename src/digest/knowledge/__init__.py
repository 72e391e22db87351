"""Every day's questions and answers in one database: searched, shown, compared, exported."""
