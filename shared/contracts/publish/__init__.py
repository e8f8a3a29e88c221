"""What others read of the contracts, made from the code: JSON Schemas, AsyncAPI, a reference.

`python -m shared.contracts.publish` writes all of it anew; a test fails when it is stale.
"""
