"""What stands behind `vcms operator`."""
