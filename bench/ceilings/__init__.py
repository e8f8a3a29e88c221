"""What the machine, the disk, PostgreSQL, Kafka and HTTP can do at most: beside every figure."""
