"""The image and the compose file, held against the code, the schema and real parts."""
