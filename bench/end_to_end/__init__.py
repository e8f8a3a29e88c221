"""P10: from a referral in one organisation to all that follows from it in the others."""
