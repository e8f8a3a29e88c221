"""The whole stack on one machine, without containers. README.md beside this file says how."""
