"""Referrals between organisations, and the directory of organisations."""
