"""Titles from the members' own words, and which threads stand under one."""
